"""Everything that configure does but for writing: params and recipe to checked sections."""

import shutil
from pathlib import Path

from pipeline.annotations.source import SourceSize
from pipeline.configuration.auto import fill_auto, lookup
from pipeline.configuration.dataset import look_at
from pipeline.configuration.estimate import Estimate, estimate
from pipeline.configuration.recipe import Recipe, recipe_path
from pipeline.configuration.resolve import resolve
from pipeline.configuration.user import UserParams
from pipeline.flow.errors import FlowError
from pipeline.flow.params import FlowConfig
from pipeline.frames.params import FramesConfig
from pipeline.params import ParamsError, Section, read_yaml, validate
from pipeline.training.params import TrainConfig, WeightsFile


def load_configuration(
    params_path: Path, recipes_dir: Path, repository: Path, workers: int
) -> tuple[dict[str, Section], list[str]]:
    """Return each stage's section by name, and what a user should know before the work starts.

    Raises:
        ParamsError: with one line for each fault.
    """
    raw = read_yaml(params_path)
    path = recipe_path(recipes_dir, str(raw.get("recipe")), str(lookup(raw, "model.attention")))
    values = read_yaml(path)
    recipe = validate(Recipe, values, str(path))
    params = validate(UserParams, fill_auto(raw, values), str(params_path))
    source = look_at(params.dataset, repository)
    sections = resolve(params, recipe, source)
    _check_weights(sections, repository)
    frames, flow = sections["frames"], sections["flow"]
    notes = []
    if isinstance(frames, FramesConfig) and isinstance(flow, FlowConfig):
        backend = _find_backend(flow)
        if source.size:
            needed = estimate(source.size, frames, flow, backend, workers)
            notes.append(_describe(source.size, needed, repository))
    return sections, notes


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


def _check_weights(sections: dict[str, Section], repository: Path) -> None:
    for name, section in sections.items():
        phase = section.phase if isinstance(section, TrainConfig) else None
        if phase is None or not isinstance(phase.initial, WeightsFile):
            continue
        path = repository / phase.initial.path
        if not path.is_file():
            raise ParamsError(
                f"{name}: initial weights: {path} is absent; put the official {phase.initial.kind} "
                f"checkpoint there (docs/training.md says where it is published), or start "
                f"without: -S model.weights=scratch"
            )
