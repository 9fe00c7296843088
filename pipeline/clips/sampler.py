"""In which order training sees its clips, and which of them each process takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.clips.draws import Purpose, make_generator


class SamplerError(ValueError):
    """Clips, batch and processes do not fit each other."""


@dataclass(frozen=True)
class Share:
    """Which process this is, of how many that train together."""

    rank: int
    world: int


class EpochSampler:
    """Gives one process its part of every batch, as (epoch, clip) pairs, from any iteration on.

    Each epoch has its own order, drawn from the seed. The clips that do not fill a last batch are
    left out of that epoch, others each time, so that all batches have the same size. A batch is
    cut into equal pieces, one a process, in the order of the ranks: put together they are the
    batch of one process.

    Args:
        clips: indices of the training clips.
        batch_size: clips in a batch of all processes together.
        seed: of the run.
        share: this process.
        first_iteration: where to begin, counted over all epochs: 0, or where a run was killed.
        stop_iteration: where to end.

    Raises:
        SamplerError: fewer clips than a batch, or a batch that the processes cannot share equally.
    """

    def __init__(
        self,
        clips: Sequence[int],
        *,
        batch_size: int,
        seed: int,
        share: Share,
        first_iteration: int,
        stop_iteration: int,
    ) -> None:
        if len(clips) < batch_size:
            raise SamplerError(
                f"found {len(clips)} training clips for batches of {batch_size}; lower the batch "
                "size of the recipe's phase"
            )
        if batch_size % share.world:
            raise SamplerError(
                f"a batch of {batch_size} clips cannot be shared by {share.world} processes; "
                "choose a number of processes that divides it"
            )
        self.batches_per_epoch = len(clips) // batch_size
        self._clips = list(clips)
        self._batch_size = batch_size
        self._seed = seed
        self._share = share
        self._iterations = range(first_iteration, stop_iteration)

    def __len__(self) -> int:
        return len(self._iterations)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        size = self._batch_size // self._share.world
        order: list[int] = []
        order_epoch = -1
        for iteration in self._iterations:
            epoch, batch = divmod(iteration, self.batches_per_epoch)
            if epoch != order_epoch:
                order, order_epoch = draw_order(self._clips, self._seed, epoch), epoch
            start = batch * self._batch_size + self._share.rank * size
            yield [(epoch, clip) for clip in order[start : start + size]]


def draw_order(clips: Sequence[int], seed: int, epoch: int) -> list[int]:
    """Return the clips in the order of one epoch."""
    places = make_generator(Purpose.ORDER, seed, epoch).permutation(len(clips))
    return [clips[place] for place in places]
