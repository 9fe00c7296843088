"""Values of JSON and YAML files, whose shape nobody has checked."""

from collections.abc import Mapping


def mapping_at(values: object, *keys: str) -> Mapping[str, object]:
    """Return the mapping below some keys, or the values themselves; empty where there is none."""
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values if isinstance(values, Mapping) else {}
