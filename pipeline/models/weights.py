"""Strict loading of checkpoints: what does not fit is an error unless its key map declares it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn

from pipeline.models.errors import WeightsError
from pipeline.models.key_maps import COUNTER, KEY_MAPS, LOGITS, PARALLEL, KeyMap

NUM_LISTED = 12
"""Misfits of each sort that an error lists by name before it only counts the rest."""


@dataclass(frozen=True)
class LoadReport:
    """What became of every tensor of a checkpoint and of the network."""

    loaded: tuple[str, ...]
    """Our names of the tensors taken from the checkpoint."""

    renamed: dict[str, str]
    """Their name -> ours, where the two differ."""

    dropped: tuple[str, ...]
    """The checkpoint's tensors that were declared to be left out, by their names."""

    new: tuple[str, ...]
    """Our tensors that the checkpoint was declared not to hold; they keep their start values."""

    def __str__(self) -> str:
        counts = (
            f"{len(self.loaded)} tensors loaded, {len(self.renamed)} renamed, "
            f"{len(self.dropped)} dropped, {len(self.new)} new"
        )
        return counts + (f" (dropped: {', '.join(self.dropped)})" if self.dropped else "")


def load_weights(
    model: nn.Module, path: Path, kind: str, new_prefixes: Sequence[str]
) -> LoadReport:
    """Load a checkpoint file into a network, in place.

    kind: a key of `KEY_MAPS`.
    new_prefixes: further parts of the network that the file may not know, for example
        ["attention."] to go from the plain phase to the one with attention.

    Raises:
        WeightsError: no such kind or file, unreadable, or it does not fit.
    """
    return load_state(model, _read(path, _key_map(kind)), kind, new_prefixes, str(path))


def load_state(
    model: nn.Module,
    state: Mapping[str, Tensor],
    kind: str,
    new_prefixes: Sequence[str],
    source: str,
) -> LoadReport:
    """Load a mapping of tensors as `load_weights` does; `source` names it in errors."""
    key_map = _key_map(kind)
    own = model.state_dict()
    theirs = {_rename(_without_parallel(name, state), key_map): name for name in state}
    dropped = _replaced_logits(own, state, theirs) if key_map.may_replace_logits else ()
    found = {name: state[key] for name, key in theirs.items() if name not in dropped}
    prefixes = (*key_map.new, *new_prefixes)
    new = {name for name in own if name not in found and _is_new(name, found, prefixes, key_map)}
    _check(own, found, new | set(dropped), source)
    model.load_state_dict({**own, **found})
    return LoadReport(
        loaded=tuple(found),
        renamed={theirs[name]: name for name in found if theirs[name] != name},
        dropped=tuple(theirs[name] for name in dropped),
        new=tuple(name for name in own if name in new or name in dropped),
    )


def _key_map(kind: str) -> KeyMap:
    if kind not in KEY_MAPS:
        raise WeightsError(
            f"no checkpoints of kind {kind!r} are known; choose among {', '.join(KEY_MAPS)}"
        )
    return KEY_MAPS[kind]


def _read(path: Path, key_map: KeyMap) -> dict[str, Tensor]:
    """The tensors of a file, on the CPU, by the file's names."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(
            f"{path}: cannot be read ({error.strerror}); put the file there or correct the path"
        ) from None
    except (UnpicklingError, RuntimeError, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{path}: found no readable checkpoint ({reason}), expected a file by torch.save that "
            f"holds only tensors and plain values; download it again or save its state_dict"
        ) from error
    state = content.get(key_map.entry) if key_map.entry and isinstance(content, dict) else content
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        expected = f"an entry {key_map.entry!r} of" if key_map.entry else "nothing but"
        raise WeightsError(
            f"{path}: found {_describe(content)}, expected {expected} named tensors; "
            f"check that the checkpoint is of the kind that was asked for"
        )
    return state


def _describe(content: object) -> str:
    if isinstance(content, dict):
        return f"a mapping with {', '.join(map(str, list(content)[:5])) or 'no entries'}"
    return f"a {type(content).__name__}"


def _without_parallel(name: str, state: Mapping[str, Tensor]) -> str:
    """The name without `module.`, where every name of the file has it."""
    if all(key.startswith(PARALLEL) for key in state):
        return name.removeprefix(PARALLEL)
    return name


def _rename(name: str, key_map: KeyMap) -> str:
    theirs, ours = next(pair for pair in key_map.renames if name.startswith(pair[0]))
    return ours + name.removeprefix(theirs)


def _replaced_logits(
    own: Mapping[str, Tensor], state: Mapping[str, Tensor], theirs: Mapping[str, str]
) -> tuple[str, ...]:
    """Our names of the classifier's tensors, where only the number of classes differs."""
    names = tuple(name for name in own if name.startswith(LOGITS) and name in theirs)
    shapes = [(own[name].shape, state[theirs[name]].shape) for name in names]
    differ_in_classes = [ours[1:] == found[1:] and ours[0] != found[0] for ours, found in shapes]
    return names if differ_in_classes and all(differ_in_classes) else ()


def _is_new(
    name: str, found: Mapping[str, Tensor], prefixes: Sequence[str], key_map: KeyMap
) -> bool:
    """Whether the checkpoint may lack our tensor; a part is new only where it lacks all of it."""
    if key_map.may_lack_counters and name.endswith(COUNTER):
        return True
    return any(
        name.startswith(prefix) and not any(other.startswith(prefix) for other in found)
        for prefix in prefixes
    )


def _check(
    own: Mapping[str, Tensor], found: Mapping[str, Tensor], declared: set[str], source: str
) -> None:
    """Raise one error that lists every misfit by name and shape."""
    missing = [f"{name} {_shape(own[name])}" for name in own if name not in {*found, *declared}]
    unknown = [f"{name} {_shape(found[name])}" for name in found if name not in own]
    misfits = [
        f"{name} found {_shape(found[name])}, expected {_shape(own[name])}"
        for name in own
        if name in found and own[name].shape != found[name].shape
    ]
    sorts = {"missing": missing, "unknown": unknown, "of another shape": misfits}
    if any(sorts.values()):
        lines = [
            f"  {len(names)} {sort}: {_listed(names)}" for sort, names in sorts.items() if names
        ]
        raise WeightsError(
            f"{source}: the checkpoint does not fit the network; check model.backbone, width, "
            f"attention, after and the stream\n" + "\n".join(lines)
        )


def _shape(tensor: Tensor) -> str:
    return str(list(tensor.shape))


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NUM_LISTED
    return "; ".join(names[:NUM_LISTED]) + (f"; and {rest} more" if rest > 0 else "")
