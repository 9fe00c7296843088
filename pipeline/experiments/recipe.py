"""The recipe that an experiment ran with: the files that its method and its network take.

Overrides of recipes, as in ``-S recipes/demo/lsta.yaml:fusion_mode=late``, are in no params.yaml.
"""

from collections.abc import Callable, Mapping

from ruamel.yaml import YAML

from pipeline.nested import mapping_at

Read = Callable[[str], str | None]
"""From a path below the repository's root to the file's text; None where there is no such file."""

ANY = "any"
"""The file of a recipe's backbones that is below all others."""


def recipe_of(params: Mapping[str, object], read: Read) -> dict[str, object]:
    """Return the values of the method's file, with those of the backbones' files below it.

    Comments do not count, nor do files of other methods and networks. Where there is no file of
    the method, as in an experiment of older code, the mapping is empty.

    Args:
        params: what params.yaml said, nested.
        read: reads a file as the experiment saw it.
    """
    model = mapping_at(params, "model")
    folder = f"recipes/{params.get('recipe')}"
    method = _values(read(f"{folder}/{model.get('attention')}.yaml"))
    if not method:
        return {}
    backbone = model.get("backbone")
    if backbone in {None, "auto"}:
        own = [mapping_at(method, "model"), mapping_at(method, "rgb", "model")]
        backbone = next((each["backbone"] for each in own if "backbone" in each), None)
    found: dict[str, object] = {}
    while backbone and backbone not in found:
        values = _values(read(f"{folder}/backbones/{backbone}.yaml"))
        found[str(backbone)] = values
        backbone = values.get("like", None if backbone == ANY else ANY)
    return {**method, "below": found}


def _values(text: str | None) -> dict[str, object]:
    values = YAML(typ="safe").load(text) if text else None
    return values if isinstance(values, dict) else {}
