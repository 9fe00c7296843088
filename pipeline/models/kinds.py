"""Telling the kinds of checkpoints apart by the names of their tensors."""

from collections.abc import Mapping

from torch import Tensor

from pipeline.models.errors import WeightsError
from pipeline.models.key_map import KeyMap
from pipeline.models.key_maps import KEY_MAPS


def key_map_of(kind: str) -> KeyMap:
    """Return the key map of a kind.

    Raises:
        WeightsError: there is no such kind.
    """
    if kind not in KEY_MAPS:
        raise WeightsError(
            f"no checkpoints of kind {kind!r} are known; choose among {', '.join(KEY_MAPS)}"
        )
    return KEY_MAPS[kind]


def kind_of(state: Mapping[str, Tensor], source: str) -> str:
    """Return the one kind that a checkpoint's tensors are of, by their names without wrappers.

    Raises:
        WeightsError: they are of no kind that is known, or of several.
    """
    fitting = _fitting(state)
    if len(fitting) == 1:
        return fitting[0]
    found = f"fits {' and '.join(fitting)}" if fitting else f"begins with {_some(state)}"
    raise WeightsError(
        f"{source}: whose checkpoint it is cannot be told: it {found}, expected exactly one of "
        f"{', '.join(KEY_MAPS)}"
    )


def check_kind(state: Mapping[str, Tensor], kind: str, source: str) -> None:
    """Raise an error where a checkpoint's names tell that it is not of this kind.

    Raises:
        WeightsError: names what is lacking or too much, and the kind that would fit.
    """
    key_map = key_map_of(kind)
    faults = [f"no {sign}*" for sign in key_map.has if not _has(state, sign)]
    faults += [f"{sign}*" for sign in key_map.lacks if _has(state, sign)]
    if not faults and not _has_dimensions(state, key_map):
        faults = [f"convolutions that are not of {key_map.dimensions} dimensions"]
    if faults:
        others = _fitting(state)
        hint = f"it looks like {' or '.join(others)}" if others else f"it has {_some(state)}"
        raise WeightsError(
            f"{source}: found {', '.join(faults)}, so it is no checkpoint of kind {kind!r} "
            f"({key_map.source}); {hint}"
        )


def _fitting(state: Mapping[str, Tensor]) -> list[str]:
    return [kind for kind, key_map in KEY_MAPS.items() if _fits(state, key_map)]


def _fits(state: Mapping[str, Tensor], key_map: KeyMap) -> bool:
    return bool(
        key_map.has
        and all(_has(state, sign) for sign in key_map.has)
        and not any(_has(state, sign) for sign in key_map.lacks)
        and _has_dimensions(state, key_map)
    )


def _has(state: Mapping[str, Tensor], sign: str) -> bool:
    return any(name.startswith(sign) for name in state)


def _has_dimensions(state: Mapping[str, Tensor], key_map: KeyMap) -> bool:
    if key_map.dimensions is None:
        return True
    return any(tensor.ndim == key_map.dimensions for tensor in state.values())


def _some(state: Mapping[str, Tensor]) -> str:
    return ", ".join([*list(state)[:3], "…"]) if state else "no tensors"
