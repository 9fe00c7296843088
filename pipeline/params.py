"""The generic reader of typed configuration sections; it imports no package that owns one."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import pydantic
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.atomic import atomic_write


class ParamsError(ValueError):
    """A configuration value is missing, misspelt or out of range."""


class Section(pydantic.BaseModel):
    """A frozen piece of configuration that knows all of its keys."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


S = TypeVar("S", bound=Section)


def read_yaml(path: Path) -> dict[str, object]:
    """Read a YAML mapping as DVC does (1e-4 is a number, ``no`` is a word).

    Raises:
        ParamsError: the file is absent, is no YAML, or holds no mapping.
    """
    try:
        with path.open(encoding="utf-8") as file:
            values = YAML(typ="safe").load(file)
    except FileNotFoundError:
        raise ParamsError(f"{path}: no such file; run `dvc repro` from the repository") from None
    except YAMLError as error:
        raise ParamsError(f"{path}: no readable YAML: {error}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ParamsError(f"{path}: found {type(values).__name__}, expected a mapping of keys")
    return values


def read_section(path: Path, section: type[S]) -> S:
    """Read one stage's resolved configuration."""
    return validate(section, read_yaml(path), str(path))


def validate(section: type[S], values: object, where: str) -> S:
    """Check values against a section.

    Raises:
        ParamsError: one line per fault with place, key, value found and values allowed.
    """
    try:
        return section.model_validate(values)
    except pydantic.ValidationError as error:
        raise ParamsError("\n".join(_lines(error, values, where))) from None


def choose(kinds: Mapping[str, type[Section]], values: object) -> object:
    """Read a section of the kind that its `name` says; a word alone is a name without options.

    Raises:
        ValueError: there is no such kind; names those that exist.
    """
    if isinstance(values, Section):
        return values
    options = {"name": values} if isinstance(values, str) else values
    name = options.get("name") if isinstance(options, dict) else None
    if name not in kinds:
        raise ValueError(f"found {name!r}, expected {' or '.join(map(repr, kinds))}")
    return kinds[str(name)].model_validate(options)


def write_section(path: Path, section: Section) -> None:
    """Write a section as YAML; an equal file is left alone, so that its time stays."""
    from io import StringIO

    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    stream = StringIO()
    yaml.dump(section.model_dump(mode="json"), stream)
    text = stream.getvalue()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")


def _lines(error: pydantic.ValidationError, values: object, where: str) -> list[str]:
    lines = []
    for fault in error.errors():
        keys = _existing_keys(values, fault["loc"])
        address = ".".join(keys) or "(top)"
        if fault["type"] == "extra_forbidden":
            lines.append(f"{where}: {address}: unknown key; misspelt?")
        elif fault["type"] == "missing":
            lines.append(f"{where}: {address}: missing")
        else:
            lines.append(f"{where}: {address}: found {fault['input']!r}; {fault['msg']}")
    return lines


def _existing_keys(values: object, location: tuple[int | str, ...]) -> list[str]:
    """Drop the steps that pydantic adds for unions: they are no keys of the file."""
    keys = []
    for number, step in enumerate(location):
        is_last = number == len(location) - 1
        if isinstance(values, dict) and (step in values or is_last):
            keys.append(str(step))
            values = values.get(step)
        elif isinstance(values, (list, tuple)) and isinstance(step, int):
            keys.append(str(step))
            values = values[step]
    return keys
