"""``auto`` in params.yaml: a value that the recipe, or the data set, decides."""

from collections.abc import Mapping

from pipeline.annotations.protocols import PROTOCOLS
from pipeline.params import ParamsError

AUTO = "auto"

FROM_RECIPE = {
    "frames.size": "preprocessing.frames_size",
    "flow.preset": "preprocessing.flow_preset",
    "flow.semantics": "preprocessing.flow_semantics",
    "flow.stabilise": "preprocessing.flow_stabilise",
    "fusion.mode": "fusion_mode",
}
"""Each key of params.yaml that may be ``auto``, and the recipe's key that it takes then."""


def fill_auto(params: Mapping[str, object], recipe: Mapping[str, object]) -> dict[str, object]:
    """Return params with every ``auto`` replaced; ``flow.backend`` keeps its own meaning of it."""
    filled = {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in params.items()
    }
    dataset = lookup(params, "dataset.name")
    _replace(filled, "protocol", "listed" if dataset == "table" else "official_split1")
    _replace(filled, "validation.by", _way_of_validation(filled.get("protocol"), recipe))
    for address, source in FROM_RECIPE.items():
        _replace(filled, address, lookup(recipe, source))
    _replace(filled, "model.weights", "recipe")
    if dataset == "kitchen":
        _replace(filled, "dataset.root", "data/raw/kitchen")
    return filled


def _way_of_validation(protocol: object, recipe: Mapping[str, object]) -> object:
    """Return the recipe's way; of one that holds back any, the protocol's if it keeps any apart."""
    by_recipe = lookup(recipe, "validation_by")
    known = PROTOCOLS.get(str(protocol))
    return known.apart if known and known.apart and by_recipe != "none" else by_recipe


def lookup(values: object, address: str) -> object:
    """Return the value at a dotted address, or None."""
    for key in address.split("."):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _replace(values: dict[str, object], address: str, value: object) -> None:
    *folders, last = address.split(".")
    for folder in folders:
        inner = values.get(folder)
        if not isinstance(inner, dict):
            return
        values = inner
    if values.get(last) == AUTO:
        if value is None:
            raise ParamsError(f"params.yaml: {address}: 'auto', but the recipe names no value")
        values[last] = value
