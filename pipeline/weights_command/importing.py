"""What the command `python -m stages.import_weights` does, as text for a person to read."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from pipeline.models.build import build_recognizer
from pipeline.models.checkpoint_file import CheckpointFile, join, read_file
from pipeline.models.errors import WeightsError
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.key_maps import COUNTER, KEY_MAPS
from pipeline.models.kinds import check_kind, kind_of
from pipeline.models.naming import Naming
from pipeline.models.params import ModelConfig
from pipeline.models.released import ReleasedStream, count_classes, stream_of
from pipeline.models.trained import UNUSED_SEED, TrainedNetwork, write_trained
from pipeline.models.two_stream.build import build_two_stream
from pipeline.models.weights import load_state
from pipeline.training.imported import NO_EPOCH
from pipeline.weights_command.networks import published_network

CHANNELS = {"rgb": 3, "flow": 2}
"""Of an image, by stream."""

Configuration = ModelConfig | TwoStreamConfig


def run(arguments: Sequence[str]) -> str:
    """Load a published checkpoint into its network, write that where asked, and say what was done.

    Raises:
        WeightsError: the files cannot be read, or do not fit the network of their kind.
        SystemExit: the arguments are not understood.
    """
    chosen = _parser().parse_args(arguments)
    file = join([read_file(path) for path in chosen.files])
    kind = chosen.kind or kind_of(file.tensors, file.source)
    check_kind(file.tensors, kind, file.source)
    num_classes = chosen.classes or _count_classes(file, kind)
    stream = stream_of(file.tensors, kind)
    configuration = published_network(kind, file.tensors, stream)
    network = _build(configuration, stream, num_classes)
    report = load_state(network, file.tensors, kind, (), file.source)
    lines = [report.describe(), _verdict(report.new, kind, num_classes, stream)]
    if chosen.out:
        _write(chosen.out, configuration, network, stream, num_classes)
        lines.append(f"written to {chosen.out}")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stages.import_weights",
        description="Load a published checkpoint strictly, and save it as this project's own.",
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="all files of one network"
    )
    parser.add_argument(
        "--as", dest="kind", choices=tuple(KEY_MAPS), help="whose it is; else its names tell"
    )
    parser.add_argument("--classes", type=int, help="of the network; else the file's own")
    parser.add_argument("-o", "--out", type=Path, help="where to save it; else it is only checked")
    return parser


def _count_classes(file: CheckpointFile, kind: str) -> int:
    found = count_classes(file.tensors, kind)
    if found is None:
        raise WeightsError(
            f"{file.source}: holds no classifier of actions, so its network can be of any number "
            f"of classes; add --classes and their number"
        )
    return found


def _build(configuration: Configuration, stream: ReleasedStream, num_classes: int) -> nn.Module:
    if isinstance(configuration, ModelConfig):
        return build_recognizer(configuration, CHANNELS[stream], num_classes, UNUSED_SEED)
    return build_two_stream(configuration, num_classes, UNUSED_SEED, {})


def _verdict(new: Sequence[str], kind: str, num_classes: int, stream: str) -> str:
    untrained = [name for name in new if not name.endswith(COUNTER)]
    what = f"{kind}, {stream}, {num_classes} classes: "
    if untrained:
        return f"{what}weights to begin with, since {len(untrained)} tensors are still untrained"
    return f"{what}a finished network"


def _write(
    path: Path, configuration: Configuration, network: nn.Module, stream: str, num_classes: int
) -> None:
    channels = CHANNELS[stream] if isinstance(configuration, ModelConfig) else None
    naming = Naming("action", num_classes, num_parts={})
    weights = network.state_dict()
    write_trained(path, TrainedNetwork(configuration, channels, naming, weights, NO_EPOCH))
