"""What differs between nested values that several experiments left, in lines that can be read."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np

MOST_LINES = 8
LONGEST_VALUE = 80
KEPT_BEFORE = 12
"""Letters of a cut text that stay before the place where it differs."""
ROUNDING = 0.01
"""How far from 1 the sum of rounded shares may be."""


def list_differences(
    names: Sequence[str], values: Sequence[Mapping[str, object]], prefix: str = ""
) -> list[str]:
    """Return ``key: value in a, b; value in c`` for each key whose values differ.

    What lies inside a value is told with dots between the keys: where mappings have the same keys,
    and where they are too long to stand side by side. Of long lists only what not all of them hold
    is told; of two histograms, by how much they differ.
    """
    lines = []
    for key in dict.fromkeys(key for each in values for key in each):
        inner = [each.get(key) for each in values]
        if any(value != inner[0] for value in inner):
            lines += _tell(names, f"{prefix}{key}", inner)
    if prefix or len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"{len(lines) - MOST_LINES} more"]


def _tell(names: Sequence[str], key: str, values: Sequence[object]) -> list[str]:
    """Return the lines of one key whose values differ."""
    is_long = any(len(_text(value)) > LONGEST_VALUE for value in values)
    mappings = [each for each in values if isinstance(each, Mapping) and each]
    has_same_keys = len({frozenset(each) for each in mappings}) == 1
    if len(mappings) == len(values) and (is_long or has_same_keys):
        return list_differences(names, mappings, f"{key}.")
    if is_long and _are_shares(values):
        return [f"{key}: {_tell_distance(names, values)}"]
    own = _own_items(values) if is_long else []
    if own and all(len(each) == 1 for each in own):
        return _tell(names, key, [each[0] for each in own])
    if any(own):
        return [
            f"{key}: {_tell_holders(names, [each or None for each in own])}, beside what all have"
        ]
    return [f"{key}: {_tell_holders(names, values)}"]


def _own_items(values: Sequence[object]) -> list[list[object]]:
    """Return of each list what not all hold, a mapping beside lists as a list of one; else none."""
    has_list = any(isinstance(value, list) for value in values)
    if not has_list or not all(isinstance(value, Mapping | list) for value in values):
        return []
    lists = [value if isinstance(value, list) else [value] for value in values]
    return [[item for item in each if not all(item in other for other in lists)] for each in lists]


def _are_shares(values: Sequence[object]) -> bool:
    """Whether all are histograms of the same bins."""
    return (
        all(
            isinstance(value, list)
            and all(isinstance(share, int | float) and share >= 0 for share in value)
            and abs(sum(value) - 1) < ROUNDING
            for value in values
        )
        and len({len(value) for value in values if isinstance(value, list)}) == 1
    )


def _tell_distance(names: Sequence[str], values: Sequence[object]) -> str:
    """Say how far each histogram is from the first: half the sum of the bins' differences."""
    shares = np.array(values, np.float64)  # (N, bins)
    distances = np.abs(shares - shares[0]).sum(axis=1) / 2  # (N,)
    told = [
        f"{distance:.2%} in {name}"
        for name, distance in zip(names, distances, strict=True)
        if distance
    ]
    return f"{'; '.join(told)} (total variation from {names[0]})"


def _tell_holders(names: Sequence[str], values: Sequence[object]) -> str:
    """Name who has which value, those of one value together; long ones from where they differ."""
    holders: dict[str, list[str]] = {}
    for name, value in zip(names, values, strict=True):
        holders.setdefault(_text(value), []).append(name)
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*holders, strict=False))
    shared = len(list(alike))
    return "; ".join(f"{_cut(text, shared)} in {', '.join(who)}" for text, who in holders.items())


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={inner}" for key, inner in value.items()) or "empty"
    return "nothing" if value is None else str(value)


def _cut(text: str, shared: int) -> str:
    """Shorten a text whose first letters are those of the others."""
    if len(text) <= LONGEST_VALUE:
        return text
    start = max(shared - KEPT_BEFORE, 0)
    part = f"…{text[start:]}" if start else text
    return part if len(part) <= LONGEST_VALUE else f"{part[: LONGEST_VALUE - 1]}…"
