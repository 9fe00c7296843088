"""Division of work among processes, and its reunion: complete, in order, without duplicates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch

from pipeline.evaluation.scores import Scores, ScoresError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Processes:
    """This process among those that score together, of which there may be one.

    Args:
        rank: its number; 0 writes.
        world: how many there are.
        device: where it computes.
        workers: processes that decode for it; 0 decodes in itself.
        broadcast: gives every process the first one's text.
        gather: gives every process the shares of all, in order of rank.
    """

    rank: int
    world: int
    device: torch.device
    workers: int
    broadcast: Callable[[str], str]
    gather: Callable[[Scores], Sequence[Scores]]

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0


def shard(items: Sequence[Item], rank: int, world: int) -> list[Item]:
    """Return what process ``rank`` of ``world`` works on: every ``world``-th item.

    The shares differ by at most one item; nothing is padded or repeated.
    """
    return list(items[rank::world])


def gather_scores(share: Scores, world: int) -> list[Scores]:
    """Give every one of ``world`` processes the shares of all, in order of rank."""
    if world == 1:
        return [share]
    shares = [share] * world
    torch.distributed.all_gather_object(shares, share)
    return shares


def merge_scores(shares: Sequence[Scores], order: Sequence[str]) -> Scores:
    """Put the processes' shares together in the order of the clips' names.

    Raises:
        ScoresError: a clip is absent or occurs twice.
    """
    clips = np.concatenate([share.clips for share in shares])
    if len(clips) != len(order) or set(clips.tolist()) != set(order):
        absent = sorted(set(order) - set(clips.tolist()))[:5]
        raise ScoresError(
            f"the {len(shares)} processes scored {len(clips)} clips, expected {len(order)} "
            f"different ones; absent: {absent}; a process ended early or worked on other data"
        )
    place = {name: row for row, name in enumerate(clips.tolist())}
    rows = np.array([place[name] for name in order], np.int64)
    return Scores(
        clips=clips,
        parts=np.concatenate([share.parts for share in shares]),
        labels=np.concatenate([share.labels for share in shares]),
        logits=np.concatenate([share.logits for share in shares if len(share.logits)]),
        protocol=shares[0].protocol,
    ).take(rows)
