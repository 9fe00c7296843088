"""Strict loading of checkpoints: what does not fit is an error unless its key map declares it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor, nn

from pipeline.models.adapt import adapt
from pipeline.models.checkpoint_file import read_tensors, without_wrapper
from pipeline.models.errors import WeightsError
from pipeline.models.key_map import KeyMap, rename
from pipeline.models.kinds import check_kind, key_map_of
from pipeline.models.load_report import LoadReport
from pipeline.models.parts import leave_out, new_tensors

NUM_LISTED = 12
"""Misfits of each sort that an error lists by name before it only counts the rest."""

Renames = Sequence[tuple[str, str]]
"""Pairs of beginnings of names: a checkpoint's, and ours."""


def load_weights(
    model: nn.Module,
    paths: Path | Sequence[Path],
    kind: str,
    new_prefixes: Sequence[str],
    renames: Renames = (),
) -> LoadReport:
    """Load a checkpoint's file, or the files that it consists of, into a network, in place.

    kind: a key of `KEY_MAPS`.
    new_prefixes: further parts of the network that the file may not know, for example
        ["attention."] to go from the plain phase to the one with attention.
    renames: further pairs (their beginning, ours), tried before the kind's own, for example
        ("head.linear.", "attention.layer4-2.pool.") to pool by the verbs' classifier.

    Raises:
        WeightsError: no such kind or file, unreadable, or it does not fit.
    """
    key_map_of(kind)
    files = [paths] if isinstance(paths, Path) else list(paths)
    source = ", ".join(map(str, files))
    return load_state(model, read_tensors(files), kind, new_prefixes, source, renames=renames)


def load_state(
    model: nn.Module,
    state: Mapping[str, Tensor],
    kind: str,
    new_prefixes: Sequence[str],
    source: str,
    *,
    renames: Renames = (),
) -> LoadReport:
    """Load a mapping of tensors as `load_weights` does; `source` names it in errors."""
    key_map = key_map_of(kind)
    names = without_wrapper(state)
    check_kind({bare: state[name] for bare, name in names.items()}, kind, source)
    own = model.state_dict()
    dropped = _duplicates(names, state, key_map, source)
    kept = {bare: name for bare, name in names.items() if name not in dropped}
    theirs = _place(kept, (*renames, *key_map.renames), source)
    found, adapted = _adapt(own, {ours: state[name] for ours, name in theirs.items()}, key_map)
    left_out = leave_out(own, found, key_map)
    placed = {name: tensor for name, tensor in found.items() if name not in left_out}
    prefixes = (*key_map.new, *new_prefixes)
    new = new_tensors(own, placed, prefixes, key_map, [ours for _theirs, ours in renames])
    _check(own, placed, new | {name for name in left_out if name in own}, source)
    model.load_state_dict({**own, **placed})
    return LoadReport(
        loaded=tuple(placed),
        renamed={theirs[name]: name for name in placed if theirs[name] != name},
        adapted={name: words for name, words in adapted.items() if name in placed},
        dropped={**dropped, **{theirs[name]: why for name, why in left_out.items()}},
        new=tuple(name for name in own if name not in placed),
    )


def _duplicates(
    names: Mapping[str, str], state: Mapping[str, Tensor], key_map: KeyMap, source: str
) -> dict[str, str]:
    """Why the tensors that repeat others are left out, by their full names."""
    repeated = {}
    for copy, original in key_map.duplicates:
        for bare in [name for name in names if name.startswith(copy)]:
            first = original + bare.removeprefix(copy)
            if first not in names or not state[names[bare]].equal(state[names[first]]):
                raise WeightsError(
                    f"{source}: {bare} is not equal to {first}, expected the same tensor twice, as "
                    f"{key_map.source} saves it; take the file from its authors again"
                )
            repeated[names[bare]] = f"equal to {first}"
    return repeated


def _place(names: Mapping[str, str], renames: Renames, source: str) -> dict[str, str]:
    """Their full names by ours."""
    placed: dict[str, str] = {}
    for bare, name in names.items():
        ours = rename(bare, renames)
        if ours in placed:
            raise WeightsError(f"{source}: {name} and {placed[ours]} both stand for {ours}")
        placed[ours] = name
    return placed


def _adapt(
    own: Mapping[str, Tensor], found: Mapping[str, Tensor], key_map: KeyMap
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors in our shapes, and how those came about."""
    tensors, words = {}, {}
    for name, tensor in found.items():
        shape = own[name].shape if name in own else tensor.shape
        tensors[name], how = adapt(name, tensor, shape, key_map)
        if how:
            words[name] = how
    return tensors, words


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
