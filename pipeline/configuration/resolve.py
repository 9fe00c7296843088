"""One resolved section per stage: all of the configuration that the stage reads."""

from pipeline.annotations.params import IndexConfig
from pipeline.annotations.protocols import seed_of
from pipeline.clips.params import PackConfig
from pipeline.configuration.auto import AUTO
from pipeline.configuration.dataset import Source
from pipeline.configuration.networks import (
    Checkpoints,
    Networks,
    choose_networks,
    network_sections,
)
from pipeline.configuration.recipe import Recipe
from pipeline.configuration.user import UserParams, Values
from pipeline.evaluation.params import FuseConfig
from pipeline.flow.params import FlowConfig
from pipeline.frames.params import FramesConfig
from pipeline.gaze.params import GazeConfig
from pipeline.gaze_metrics.params import FIELDS_OF_VIEW_DEGREES, GazeMetricsConfig
from pipeline.kitchen.params import KitchenConfig
from pipeline.params import ParamsError, S, Section, validate
from pipeline.reporting.params import ReportConfig

UNGUIDED = {"none", "centre"}
"""Sources of gaze supervision that need no recording."""


def resolve(
    params: UserParams, recipe: Recipe, source: Source, checkpoints: Checkpoints
) -> dict[str, Section]:
    """Return each stage's configuration by the name of its file in data/config.

    Raises:
        ParamsError: a value is out of range, or the data set cannot serve the method.
    """
    folder = str(source.folder)
    networks = choose_networks(params, recipe, checkpoints)
    guided = networks.looks_at_gaze and params.supervision.gaze not in UNGUIDED
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
        "flow": _own(FlowConfig, params.flow, "flow", needed=networks.needs_flow),
        "gaze": _own(GazeConfig, params.gaze, "gaze", root=folder, required=guided),
        "pack": _own(PackConfig, params.pack, "pack", needs_flow=networks.needs_flow),
        **network_sections(params, recipe, networks),
        "gaze_metrics": _gaze_metrics(params),
        "fuse": _fuse(params, networks),
        "report": _own(
            ReportConfig,
            params.report,
            "report",
            root=folder,
            dataset=params.dataset.name,
            recipe=params.recipe,
            attention=params.model.attention,
            split=params.protocol,
            split_seed=seed_of(params.protocol, params.protocol_seed),
            validation=params.validation.by,
            gaze=params.supervision.gaze if networks.looks_at_gaze else "none",
            seed=params.seed,
        ),
    }


def _index(params: UserParams, source: Source) -> IndexConfig:
    values = {
        "dataset": params.dataset.model_dump(),
        "source": source.fingerprint,
        "protocol": params.protocol,
        "protocol_seed": seed_of(params.protocol, params.protocol_seed),
        "validation": {"by": params.validation.by, "share": params.validation.share},
        "seed": params.validation.seed,
    }
    return validate(IndexConfig, values, "params.yaml")


def _fuse(params: UserParams, networks: Networks) -> FuseConfig:
    """Refuse choices of late fusion where nothing is fused late: they would do nothing."""
    config = _own(FuseConfig, params.fusion.model_dump(exclude={"mode"}), "fusion")
    is_late = networks.rgb and networks.flow and not networks.joint
    chosen = [key for key, value in config if value != FuseConfig.model_fields[key].default]
    if chosen and not is_late:
        raise ParamsError(
            f"params.yaml: fusion.{chosen[0]}: found '{getattr(config, chosen[0])}', but "
            f"{params.model.attention} has one network whose scores count, so nothing is fused; "
            "leave it as it is by default, or give fusion.mode=late where a method has both streams"
        )
    return config


def _gaze_metrics(params: UserParams) -> GazeMetricsConfig:
    values = dict(params.gaze_metrics)
    if values.get("field_of_view_degrees") == AUTO:
        values["field_of_view_degrees"] = FIELDS_OF_VIEW_DEGREES[params.dataset.name]
    return _own(GazeMetricsConfig, values, "gaze_metrics")


def _own(section: type[S], values: Values, where: str, **filled: object) -> S:
    """Check a stage's own section of params.yaml, with what configure fills in."""
    taken = sorted(set(values) & set(filled))
    if taken:
        raise ParamsError(f"params.yaml: {where}.{taken[0]}: unknown key; misspelt?")
    return validate(section, {**values, **filled}, f"params.yaml: {where}")
