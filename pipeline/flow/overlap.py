"""Work in three parts, of which neighbouring items are in work at the same time."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Read = TypeVar("Read")
Computed = TypeVar("Computed")
Finished = TypeVar("Finished")


def overlapped(
    read: Iterator[Read],
    compute: Callable[[Read], Computed],
    finish: Callable[[Computed], Finished],
) -> Generator[Finished]:
    """Yield ``finish(compute(item))`` of all that ``read`` gives, in order.

    While an item is computed, in the caller's thread, the next is read and the one before is
    finished, in a thread each: three items are held at most, and each part sees one at a time.
    An error of a part is raised as it is, after the parts in work have come to their end.
    """
    behind: Future[Finished] | None = None
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as finisher:
        ahead = reader.submit(_take, read)
        while item := ahead.result():
            ahead = reader.submit(_take, read)
            computed = compute(item.pop())
            if behind is not None:
                yield behind.result()
            behind = finisher.submit(finish, computed)
            del computed  # the next is computed before this name is used again
        if behind is not None:
            yield behind.result()


def _take(items: Iterator[Read]) -> list[Read]:
    """Return the next item, or nothing at the end."""
    return list(islice(items, 1))
