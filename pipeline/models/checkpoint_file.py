"""Reading checkpoint files: their named tensors, and nothing that could run as code."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from pipeline.models.errors import WeightsError
from pipeline.models.key_maps import ENTRIES, WRAPPERS

DAMAGE = (
    *(UnpicklingError, RuntimeError, EOFError, LookupError, ValueError),
    *(AssertionError, TypeError, AttributeError, OverflowError, struct.error),
)
"""What torch.load raises at files that are damaged, were never checkpoints, or hold code."""

OWN_PHASE = "train"
"""What the entry `phase` of our own files is (pipeline/models/trained.py)."""


@dataclass(frozen=True)
class CheckpointFile:
    """What a checkpoint's file, or several files that make one network, holds.

    Args:
        paths: the files.
        tensors: by their names without what wraps all of them (`without_wrapper`).
        is_own: whether this project wrote it.
    """

    paths: tuple[Path, ...]
    tensors: dict[str, Tensor]
    is_own: bool

    @property
    def source(self) -> str:
        """The files, for messages."""
        return ", ".join(map(str, self.paths))


def read_tensors(paths: Sequence[Path]) -> dict[str, Tensor]:
    """Return the tensors of files that make one network, on the CPU, by their names in the files.

    What wraps every name of a file is taken off (`without_wrapper`).

    Raises:
        WeightsError: a file is absent, unreadable, holds code or no tensors, or two of them hold
            tensors of one name.
    """
    return join([read_file(path) for path in paths]).tensors


def read_file(path: Path) -> CheckpointFile:
    """Read one file, as `read_tensors` does."""
    content = _load(path)
    state = _named_tensors(content, path)
    bare = {bare: state[name] for bare, name in without_wrapper(state).items()}
    is_own = isinstance(content, dict) and content.get("phase") == OWN_PHASE
    return CheckpointFile((path,), bare, is_own=is_own)


def join(files: Sequence[CheckpointFile]) -> CheckpointFile:
    """Return files that make one network as one.

    Raises:
        WeightsError: two of them hold tensors of one name.
    """
    tensors: dict[str, Tensor] = {}
    for file in files:
        found = file.tensors
        if both := sorted(tensors.keys() & found.keys()):
            raise WeightsError(
                f"{file.source}: found {both[0]}, which {files[0].source} or a file after it holds "
                f"too; give each part of the network once"
            )
        tensors |= found
    paths = tuple(path for file in files for path in file.paths)
    return CheckpointFile(paths, tensors, is_own=all(file.is_own for file in files))


def without_wrapper(state: Mapping[str, Tensor]) -> dict[str, str]:
    """Return the names in a checkpoint by what they are without `module.` or `model.`.

    Either is taken off where every name has it.
    """
    names = {name: name for name in state}
    for wrapper in WRAPPERS:
        if names and all(bare.startswith(wrapper) for bare in names):
            names = {bare.removeprefix(wrapper): name for bare, name in names.items()}
    return names


def _load(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(
            f"{path}: cannot be read ({error.strerror}); put the file there or correct the path"
        ) from None
    except DAMAGE as error:
        raise WeightsError(
            f"{path}: found no readable checkpoint ({_reason(error)}), expected a file by "
            f"torch.save that holds only tensors and plain values; download it again, or see "
            f"docs/weights.md on files that hold more"
        ) from error


def _reason(error: Exception) -> str:
    """What torch found, without its advice to load unsafely."""
    words = str(error).split("WeightsUnpickler error: ")[-1].split(". In PyTorch")[0].strip()
    return words.splitlines()[0] if words else type(error).__name__


def _named_tensors(content: object, path: Path) -> dict[str, Tensor]:
    """The file's own mapping, or the one that it keeps as an entry."""
    for state in (content, *(_entry(content, name) for name in ENTRIES)):
        if isinstance(state, dict) and state and all(_is_named(*item) for item in state.items()):
            return state
    raise WeightsError(
        f"{path}: found {_describe(content)}, expected named tensors, or an entry "
        f"{' or '.join(map(repr, ENTRIES))} of them"
    )


def _entry(content: object, name: str) -> object:
    return content.get(name) if isinstance(content, dict) else None


def _is_named(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, Tensor)


def _describe(content: object) -> str:
    if isinstance(content, dict):
        return f"a mapping with {', '.join(map(str, list(content)[:5])) or 'no entries'}"
    return f"a {type(content).__name__}"
