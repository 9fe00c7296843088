"""What a checkpoint's files tell of themselves: whose they are, and which stream they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from torch import Tensor

from pipeline.models.checkpoint_file import CheckpointFile, join, read_file
from pipeline.models.errors import WeightsError
from pipeline.models.key_map import rename
from pipeline.models.key_maps import OWN_KIND
from pipeline.models.kinds import key_map_of, kind_of

COLOURS = 3
FLOW_PARTS = ("model_flow.", "flowModel.", "backbone_flow.", "flow.")
"""How the names of flow's part begin, in networks of two streams."""

FIRST_CONVOLUTIONS = (
    "backbone.conv1.weight",
    "backbone.Conv3d_1a_7x7.conv3d.weight",
    "backbone.features.0.0.weight",
)
"""Of the backbones."""

ReleasedStream = Literal["rgb", "flow", "joint"]


@dataclass(frozen=True)
class Released:
    """A network that is to be evaluated as it is.

    Args:
        paths: its file, or the files that it consists of.
        kind: whose names they have: a key of `KEY_MAPS`.
        stream: what it sees.
        num_classes: that it tells apart; None where its names do not tell.
    """

    paths: tuple[Path, ...]
    kind: str
    stream: ReleasedStream
    num_classes: int | None


def recognise(paths: Sequence[Path]) -> dict[ReleasedStream, Released]:
    """Return the networks that files hold, by stream.

    Each file is a network of its own, or all of them together are one, as IGA's three are.

    Raises:
        WeightsError: a file cannot be read, fits no kind or several, or two are of one stream.
    """
    by_stream: dict[ReleasedStream, Released] = {}
    for released in _networks([read_file(path) for path in paths]):
        if released.stream in by_stream:
            raise WeightsError(
                f"{released.paths[0]} and {by_stream[released.stream].paths[0]} are both of the "
                f"stream {released.stream}; give one of them"
            )
        by_stream[released.stream] = released
    return by_stream


def count_classes(tensors: Mapping[str, Tensor], kind: str) -> int | None:
    """Return how many classes a checkpoint tells apart; None where its names do not tell."""
    key_map = key_map_of(kind)
    for name, tensor in tensors.items():
        ours = rename(name, key_map.renames)
        if ours.startswith(key_map.classifier) and ours.endswith(".bias"):
            return len(tensor)
    return None


def _networks(files: Sequence[CheckpointFile]) -> list[Released]:
    alone, faults = [], []
    for file in files:
        try:
            alone.append(_released(file))
        except WeightsError as fault:
            faults.append(fault)
    if not faults:
        return alone
    try:
        whole = _released(join(files))
    except WeightsError:
        raise faults[0] from None
    if whole.kind in {part.kind for part in alone}:  # what the others hold does not belong to it
        raise faults[0]
    return [whole]


def _released(file: CheckpointFile) -> Released:
    kind = OWN_KIND if file.is_own else kind_of(file.tensors, file.source)
    return Released(
        file.paths, kind, stream_of(file.tensors, kind), count_classes(file.tensors, kind)
    )


def stream_of(tensors: Mapping[str, Tensor], kind: str) -> ReleasedStream:
    """Return what a checkpoint's network sees: three colours, or pairs of flow, or both streams."""
    if any(name.startswith(FLOW_PARTS) for name in tensors):
        return "joint"
    return "rgb" if count_channels(tensors, kind) == COLOURS else "flow"


def count_channels(tensors: Mapping[str, Tensor], kind: str) -> int:
    """Return the channels that the first convolution of a stream's network looks at.

    Raises:
        WeightsError: there is no such convolution.
    """
    renames = key_map_of(kind).renames
    for name, tensor in tensors.items():
        if rename(name, renames) in FIRST_CONVOLUTIONS:
            return tensor.shape[1]
    raise WeightsError(
        f"found no first convolution ({', '.join(FIRST_CONVOLUTIONS)}) in a checkpoint of kind "
        f"{kind!r}, expected a whole network"
    )
