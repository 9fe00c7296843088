"""Batches made in the background by worker processes."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

from pipeline.clips.batch import Sample, collate
from pipeline.clips.two_stream import TwoStreamSample, collate_two_stream

S = TypeVar("S")
B = TypeVar("B")


def make_loader(
    dataset: Dataset[Sample],
    batches: Iterable[Sequence[object]],
    *,
    num_workers: int,
    is_pinned: bool,
) -> DataLoader:
    """Return an iterable of `Batch`.

    Args:
        dataset: gives the samples.
        batches: the items of each batch: an `EpochSampler`, or `consecutive_batches`.
        num_workers: processes that read and decode; 0 does it in this one.
        is_pinned: whether batches lie in page-locked memory, for a GPU.
    """
    return _load(dataset, batches, collate, num_workers, is_pinned)


def make_two_stream_loader(
    dataset: Dataset[TwoStreamSample],
    batches: Iterable[Sequence[object]],
    *,
    num_workers: int,
    is_pinned: bool,
) -> DataLoader:
    """Return an iterable of `TwoStreamBatch`; see `make_loader`."""
    return _load(dataset, batches, collate_two_stream, num_workers, is_pinned)


def consecutive_batches(num_items: int, batch_size: int) -> list[range]:
    """Return batches of neighbouring items, the last one smaller where it must be."""
    return [
        range(start, min(start + batch_size, num_items))
        for start in range(0, num_items, batch_size)
    ]


def _load(
    dataset: Dataset[S],
    batches: Iterable[Sequence[object]],
    collate_batch: Callable[[list[S]], B],
    num_workers: int,
    is_pinned: bool,
) -> DataLoader:
    return DataLoader(
        dataset,
        batch_sampler=batches,  # type: ignore[arg-type]  # torch asks for ints, items may be pairs
        collate_fn=collate_batch,
        num_workers=num_workers,
        pin_memory=is_pinned,
        persistent_workers=num_workers > 0,
        worker_init_fn=take_one_core,
        generator=torch.Generator(),  # else each pass draws from the global random state
    )


def take_one_core(_worker: int) -> None:
    """Keep a worker to one thread: as many workers as cores would else wait for each other."""
    import cv2

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
