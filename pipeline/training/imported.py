"""A released network in the place of a trained one: not one optimiser step, and nothing is new."""

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from pipeline.models.checkpoint_file import read_tensors
from pipeline.models.key_maps import COUNTER
from pipeline.models.load_report import LoadReport
from pipeline.models.naming import Naming
from pipeline.models.released import count_classes
from pipeline.models.trained import UNUSED_SEED
from pipeline.models.weights import load_state
from pipeline.training.errors import TrainingError
from pipeline.training.joint_streams import BothStreams
from pipeline.training.one_stream import OneStream
from pipeline.training.params import CheckpointConfig

NO_EPOCH = 0
"""The epoch of weights that were not trained here."""


def write_imported(
    path: Path,
    subject: OneStream | BothStreams,
    naming: Naming,
    checkpoint: CheckpointConfig,
    root: Path,
) -> LoadReport:
    """Write a released network as training would have left it.

    Args:
        path: the weights to write.
        subject: the network, and the clips that it is to see.
        naming: the data set's classes.
        checkpoint: the released files.
        root: what a relative path of them begins at.

    Raises:
        WeightsError: a file cannot be read, or does not fit the network.
        TrainingError: it is no finished network of the data set's classes.
    """
    network = subject.build(naming, UNUSED_SEED)
    files = [root / file for file in checkpoint.paths]
    report = load_finished(network, files, checkpoint.kind, naming.num_classes)
    subject.write(path, naming, network.state_dict(), NO_EPOCH)
    return report


def load_finished(
    network: nn.Module, files: Sequence[Path], kind: str, num_classes: int
) -> LoadReport:
    """Load a released network of one or two streams, in place, which must hold all that it needs.

    Raises:
        WeightsError: a file cannot be read, or does not fit the network.
        TrainingError: it tells other classes apart, or leaves a part of the network untrained.
    """
    source = ", ".join(map(str, files))
    tensors = read_tensors(files)
    found = count_classes(tensors, kind)
    if found not in {None, num_classes}:
        raise TrainingError(
            f"{source}: tells {found} classes apart, the data set has {num_classes}; evaluate it "
            f"on the data set that it was trained on"
        )
    report = load_state(network, tensors, kind, (), source)
    if new := [name for name in report.new if not name.endswith(COUNTER)]:
        raise TrainingError(
            f"{source}: holds nothing for {new[0]} and {len(new) - 1} more, so it is no finished "
            f"network of this kind but weights to begin with; train from it (initial), or choose "
            f"the model.attention that it has"
        )
    return report
