"""The subject of the stage joint: a network of both streams, and the clips that it sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch.utils.data import DataLoader

from pipeline.clips.dataset import EvaluationClips, TrainingClips
from pipeline.clips.gaze_source import GazeSource, Nobody
from pipeline.clips.loader import consecutive_batches, make_two_stream_loader
from pipeline.clips.params import SamplerConfig
from pipeline.clips.sampler import EpochSampler
from pipeline.clips.sampler_params import WindowsConfig
from pipeline.clips.store import ClipStore
from pipeline.clips.two_stream import TwoStreamClips, TwoStreamWindows
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.naming import Naming
from pipeline.models.sites import Compat
from pipeline.models.trained import TrainedNetwork, Weights, write_trained
from pipeline.models.two_stream.build import build_two_stream
from pipeline.models.two_stream.two_stream import TwoStreamNetwork
from pipeline.training.params import PhaseConfig


@dataclass(frozen=True)
class BothStreams:
    """A network of both streams; it offers what `OneStream` does.

    Args:
        stores: the clips, in RGB and in flow.
        model: the network.
        flow_sampler: chooses the flow that goes with RGB's images.
    """

    stores: tuple[ClipStore, ClipStore]
    model: TwoStreamConfig
    flow_sampler: SamplerConfig

    @property
    def key(self) -> list[object]:
        """What the outcome depends on."""
        return ["joint", self.model, self.flow_sampler]

    @property
    def compat(self) -> Compat:
        """Whom the terms follow."""
        return self.model.rgb.compat

    @property
    def dropout(self) -> float:
        """Probability of dropping a pooled feature."""
        return self.model.network.dropout

    def build(self, naming: Naming, seed: int) -> TwoStreamNetwork:
        """Return the network with its start values."""
        return build_two_stream(self.model, naming.num_classes, seed, naming.num_parts)

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
        """Return an iterable of this process's share of every piece; RGB's samples have gaze."""
        rgb, flow = self.stores
        clips = TwoStreamClips(
            TrainingClips(rgb, phase.sampler, phase.augmentation, gaze, seed),
            TrainingClips(flow, self.flow_sampler, phase.augmentation, Nobody(), seed),
        )
        return make_two_stream_loader(clips, items, num_workers=num_workers, is_pinned=is_pinned)

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
        rgb, flow = self.stores
        crop = phase.augmentation.crop

        def see(store: ClipStore, windows: WindowsConfig) -> EvaluationClips:
            return EvaluationClips(store, clips, windows=windows, crop=crop, gaze_source=Nobody())

        both = TwoStreamWindows(
            see(rgb, phase.validation_windows), see(flow, phase.as_validated(self.flow_sampler))
        )
        batches = consecutive_batches(len(both), batch_size)
        return make_two_stream_loader(both, batches, num_workers=num_workers, is_pinned=is_pinned)

    def write(self, path: Path, naming: Naming, weights: Weights, epoch: int) -> None:
        """Write the network after its phase."""
        write_trained(path, TrainedNetwork(self.model, None, naming, weights, epoch))
