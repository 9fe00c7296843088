"""A run's part of the items, for job arrays whose jobs share nothing but the memo store."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_TEXT = re.compile(r"(\d+)/(\d+)", re.ASCII)


class ShardError(ValueError):
    """A text does not name a shard; the message says what does."""


@dataclass(frozen=True)
class Shard:
    """Every ``count``-th item from ``index`` on, so that long and short items are spread evenly.

    Args:
        index: which part; from 0, below ``count``.
        count: into how many parts the items are dealt; 1 or more.
    """

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read a shard as a user writes it, ``0/8``: the first of eight.

        Raises:
            ShardError: the text is not two whole numbers, the first below the second.
        """
        match = _TEXT.fullmatch(text)
        index, count = map(int, match.groups()) if match else (0, 0)
        if index >= count:
            raise ShardError(
                f"--shard: found {text!r}, expected INDEX/COUNT with 0 <= INDEX < COUNT: the first "
                "of eight jobs takes 0/8, the last 7/8"
            )
        return cls(index, count)

    def take(self, items: Sequence[T]) -> Sequence[T]:
        """Return this part of the items, in their order; all shards must see the same order."""
        return items[self.index :: self.count]

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"
