"""Everything that configure does but for writing: params and recipe to checked sections."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from pipeline.annotations.source import SourceSize
from pipeline.configuration.auto import AUTO, fill_auto, lookup
from pipeline.configuration.dataset import look_at
from pipeline.configuration.estimate import Estimate, estimate
from pipeline.configuration.merge import merge
from pipeline.configuration.recipe import (
    Choice,
    Recipe,
    read_recipe,
    recipe_backbone,
    recipe_path,
)
from pipeline.configuration.resolve import resolve
from pipeline.configuration.user import UserParams
from pipeline.configuration.weights import check_weights, find_checkpoints
from pipeline.flow.errors import FlowError
from pipeline.flow.params import FlowConfig
from pipeline.frames.params import FramesConfig
from pipeline.params import ParamsError, Section, read_yaml, validate

ANY = "any"
"""The file of a recipe's backbones that is below all others."""


def load_configuration(
    params_path: Path, recipes_dir: Path, repository: Path, workers: int
) -> tuple[dict[str, Section], list[str]]:
    """Return each stage's section by name, and what a user should know before the work starts.

    Raises:
        ParamsError: with one line for each fault.
    """
    raw = read_yaml(params_path)
    path = recipe_path(recipes_dir, str(raw.get("recipe")), str(lookup(raw, "model.attention")))
    values = _read_recipe(raw, path)
    recipe = validate(Recipe, values, str(path))
    params = validate(UserParams, fill_auto(raw, values), str(params_path))
    source = look_at(params.dataset, repository)
    checkpoints = find_checkpoints(params.model.checkpoint, repository)
    sections = resolve(params, recipe, source, checkpoints)
    check_weights(sections, repository)
    frames, flow = sections["frames"], sections["flow"]
    notes = []
    if isinstance(frames, FramesConfig) and isinstance(flow, FlowConfig):
        backend = _find_backend(flow)
        if source.size:
            needed = estimate(source.size, frames, flow, backend, workers)
            notes.append(_describe(source.size, needed, repository))
    return sections, notes


def _read_recipe(raw: dict[str, object], path: Path) -> dict[str, object]:
    """Read a recipe for the backbone and the data set that the user chose."""
    values = read_yaml(path)
    chosen = lookup(raw, "model.backbone")
    backbone = str(recipe_backbone(values) if chosen == AUTO else chosen)
    choice = Choice(path.stem, backbone, str(lookup(raw, "dataset.name")))
    base = _read_base(path.parent / "backbones", backbone, choice.dataset)
    return read_recipe(values, base, choice)


def _read_base(folder: Path, name: str, dataset: str) -> dict[str, object]:
    """Read what all methods on a backbone have in common, over that of the one it is `like`.

    A file that names no other is over `any`; its block of ``datasets`` lies right over itself.
    """
    path = folder / f"{name}.yaml"
    values = read_yaml(path) if path.is_file() else {}
    like = values.pop("like", None if name == ANY else ANY)
    under = _read_base(folder, str(like), dataset) if like else {}
    own = lookup(values.pop("datasets", {}), dataset)
    return merge(merge(under, values), own if isinstance(own, Mapping) else {})


def _describe(size: SourceSize, needed: Estimate, repository: Path) -> str:
    free = shutil.disk_usage(repository).free
    return (
        f"{size.num_clips} clips, {size.num_sessions} sessions, {size.num_frames} frames: {needed} "
        f"if nothing is there yet ({free / 1e9:.0f} GB are free)"
    )


def _find_backend(flow: FlowConfig) -> str:
    """Return who computes flow here; the flow stage would ask too late."""
    from pipeline.flow.backends import resolve_backend

    try:
        return resolve_backend(flow)
    except FlowError as error:
        raise ParamsError(str(error)) from error
