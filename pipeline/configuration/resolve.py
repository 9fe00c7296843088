"""One resolved section per stage: all of the configuration that the stage reads."""

from pipeline.annotations.params import IndexConfig
from pipeline.clips.params import GazeSupervisionConfig, PackConfig
from pipeline.configuration.dataset import Source
from pipeline.configuration.recipe import Recipe, StreamPhases
from pipeline.configuration.user import UserParams, Values
from pipeline.evaluation.params import ExplainConfig, FuseConfig
from pipeline.flow.params import FlowConfig
from pipeline.frames.params import FramesConfig
from pipeline.gaze.params import GazeConfig
from pipeline.kitchen.params import KitchenConfig
from pipeline.models.params import ModelConfig
from pipeline.params import ParamsError, S, Section, validate
from pipeline.reporting.params import ReportConfig
from pipeline.training.params import (
    GAZE_TERMS,
    JointConfig,
    PhaseConfig,
    Scratch,
    Stream,
    TrainConfig,
    WeightsFile,
)

UNGUIDED = {"none", "centre"}
"""Sources of gaze supervision that need no recording."""


def resolve(params: UserParams, recipe: Recipe, source: Source) -> dict[str, Section]:
    """Return each stage's configuration by the name of its file in data/config.

    Raises:
        ParamsError: a value is out of range, or the data set cannot serve the method.
    """
    folder = str(source.folder)
    guided = _is_guided(params, recipe)
    if guided and not source.has_gaze:
        raise ParamsError(
            f"params.yaml: supervision.gaze: found '{params.supervision.gaze}', but the data set "
            f"at {params.dataset.root} has no gaze; add -S supervision.gaze=none"
        )
    return {
        "kitchen": _own(
            KitchenConfig,
            {"kitchen": params.kitchen},
            "kitchen",
            write=params.dataset.name == "kitchen",
        ),
        "index": _index(params, source),
        "frames": _own(FramesConfig, params.frames, "frames", root=folder),
        "flow": _own(FlowConfig, params.flow, "flow"),
        "gaze": _own(GazeConfig, params.gaze, "gaze", root=folder, required=guided),
        "pack": _own(PackConfig, params.pack, "pack"),
        **_streams(params, recipe),
        "joint": JointConfig(phase=recipe.joint),
        "score": recipe.score,
        "explain": ExplainConfig.model_validate(recipe.score.model_dump()),
        "fuse": _own(FuseConfig, params.fusion, "fusion"),
        "report": _own(
            ReportConfig,
            params.report,
            "report",
            dataset=params.dataset.name,
            recipe=params.recipe,
            attention=params.model.attention,
            split=params.protocol,
            validation=params.validation.by,
            gaze=params.supervision.gaze if _looks_at_gaze(recipe) else "none",
            seed=params.seed,
        ),
    }


def _index(params: UserParams, source: Source) -> IndexConfig:
    values = {
        "dataset": params.dataset.model_dump(),
        "source": source.fingerprint,
        "protocol": params.protocol,
        "validation": {"by": params.validation.by, "share": params.validation.share},
        "seed": params.validation.seed,
    }
    return validate(IndexConfig, values, "params.yaml")


def _streams(params: UserParams, recipe: Recipe) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    phases: dict[Stream, StreamPhases] = {"rgb": recipe.rgb, "flow": recipe.flow}
    for stream, stream_phases in phases.items():
        for stage, phase in (("pretrain", stream_phases.pretrain), ("train", stream_phases.train)):
            sections[f"{stage}_{stream}"] = TrainConfig(
                stream=stream,
                phase=_with_weights(phase, params),
                model=_model(params, recipe),
                seed=params.seed,
                gaze=GazeSupervisionConfig(source=params.supervision.gaze),
            )
    return sections


def _model(params: UserParams, recipe: Recipe) -> ModelConfig:
    values = recipe.model.model_dump() | {
        "backbone": params.model.backbone,
        "attention": params.model.attention,
        "compat": params.model.compat,
    }
    return validate(ModelConfig, values, "recipe: model")


def _with_weights(phase: PhaseConfig | None, params: UserParams) -> PhaseConfig | None:
    if phase is None or params.model.weights == "recipe":
        return phase
    if isinstance(phase.initial, WeightsFile):
        return phase.model_copy(update={"initial": Scratch(name="scratch")})
    return phase


def _is_guided(params: UserParams, recipe: Recipe) -> bool:
    """Tell whether a phase learns from recorded gaze."""
    return _looks_at_gaze(recipe) and params.supervision.gaze not in UNGUIDED


def _looks_at_gaze(recipe: Recipe) -> bool:
    """Tell whether a phase has a loss that compares attention with gaze."""
    phases = [recipe.rgb.pretrain, recipe.rgb.train, recipe.flow.pretrain, recipe.flow.train]
    return any(term.name in GAZE_TERMS for phase in phases if phase for term in phase.losses)


def _own(section: type[S], values: Values, where: str, **filled: object) -> S:
    """Check a stage's own section of params.yaml, with what configure fills in."""
    taken = sorted(set(values) & set(filled))
    if taken:
        raise ParamsError(f"params.yaml: {where}.{taken[0]}: unknown key; misspelt?")
    return validate(section, {**values, **filled}, f"params.yaml: {where}")
