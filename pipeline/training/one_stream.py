"""The subject of pretrain and train: one stream's network, and the clips that it sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch.utils.data import DataLoader

from pipeline.clips.dataset import EvaluationClips, TrainingClips
from pipeline.clips.gaze_source import GazeSource, Nobody
from pipeline.clips.loader import consecutive_batches, make_loader
from pipeline.clips.sampler import EpochSampler
from pipeline.clips.store import ClipStore
from pipeline.models.build import build_recognizer
from pipeline.models.naming import Naming
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer
from pipeline.models.sites import Compat
from pipeline.models.trained import TrainedNetwork, Weights, write_trained
from pipeline.training.params import PhaseConfig


@dataclass(frozen=True)
class OneStream:
    """A network of one stream.

    Args:
        store: the clips, in that stream.
        model: the network.
    """

    store: ClipStore
    model: ModelConfig

    @property
    def stores(self) -> tuple[ClipStore, ...]:
        """Every stream's clips."""
        return (self.store,)

    @property
    def key(self) -> list[object]:
        """What the outcome depends on."""
        return [self.store.stream, self.model]

    @property
    def compat(self) -> Compat:
        """Whom the terms follow."""
        return self.model.compat

    @property
    def dropout(self) -> float:
        """Probability of dropping a pooled feature."""
        return self.model.dropout

    def build(self, naming: Naming, seed: int) -> Recognizer:
        """Return the network with its start values."""
        return build_recognizer(
            self.model, self.store.num_channels, naming.num_classes, seed, naming.num_parts
        )

    def training_batches(
        self,
        phase: PhaseConfig,
        items: EpochSampler,
        gaze: GazeSource,
        seed: int,
        *,
        num_workers: int,
        is_pinned: bool,
    ) -> DataLoader:
        """Return an iterable of this process's share of every piece.

        Args:
            phase: how clips are seen.
            items: which clips, in which order.
            gaze: whose gaze they are given.
            seed: of the run.
            num_workers: processes that decode.
            is_pinned: whether batches lie in page-locked memory.
        """
        clips = TrainingClips(self.store, phase.sampler, phase.augmentation, gaze, seed)
        return make_loader(clips, items, num_workers=num_workers, is_pinned=is_pinned)

    def validation_batches(
        self,
        phase: PhaseConfig,
        clips: Sequence[int],
        batch_size: int,
        *,
        num_workers: int,
        is_pinned: bool,
    ) -> DataLoader:
        """Return an iterable of all windows of some clips, without gaze."""
        windows = EvaluationClips(
            self.store,
            clips,
            windows=phase.validation_windows,
            crop=phase.augmentation.crop,
            gaze_source=Nobody(),
        )
        batches = consecutive_batches(len(windows), batch_size)
        return make_loader(windows, batches, num_workers=num_workers, is_pinned=is_pinned)

    def write(self, path: Path, naming: Naming, weights: Weights, epoch: int) -> None:
        """Write the network after a phase."""
        channels = self.store.num_channels
        write_trained(path, TrainedNetwork(self.model, channels, naming, weights, epoch))
