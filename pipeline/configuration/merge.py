"""A recipe's blocks laid over each other, so that what phases share is written once."""

from collections.abc import Mapping

Values = Mapping[str, object]


def merge(under: Values, over: Values) -> dict[str, object]:
    """Return `under` with the values of `over` in place of its own, section by section.

    A section that has a `name` (an optimiser, a sampler, an attention) is replaced whole by one of
    another name, whose options it does not share. Lists are replaced.
    """
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping) and _same_kind(below, value):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    return merged


def _same_kind(below: Values, above: Values) -> bool:
    return "name" not in above or above["name"] == below.get("name")
