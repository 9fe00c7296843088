"""A recipe: what a method needs to be trained, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.clips.params import SamplerConfig
from pipeline.configuration.merge import merge
from pipeline.evaluation.params import ScoreConfig
from pipeline.params import ParamsError, Section
from pipeline.training.params import PhaseConfig

Values = Mapping[str, object]
STREAMS = ("rgb", "flow")
PHASES = ("pretrain", "train")
SHARED = ("model", "phase", "score")
COMMON = (*SHARED, *PHASES)
"""What a recipe may say once for both streams."""


@dataclass(frozen=True)
class Choice:
    """Which variant of a recipe: the user's backbone and data set, and the method's name."""

    method: str
    backbone: str
    dataset: str


class Preprocessing(Section):
    """What ``auto`` means in params.yaml's sections of frames and flow."""

    frames_size: int | str
    """Stored size: short side in pixels, or WIDTHxHEIGHT."""
    flow_preset: str
    """A preset of TV-L1."""
    flow_semantics: str
    """Whose TV-L1."""
    flow_stabilise: str
    """How the camera's own motion is removed; `none` leaves it in."""


class StreamRecipe(Section):
    """One stream: its network, how it is trained and how it is tested."""

    model: dict[str, object]
    """Its network, as `pipeline.models.params.ModelConfig` has it; head and normalisation may be
    left out for the backbone's own."""
    pretrain: PhaseConfig | None
    """First phase; null where the method has none."""
    train: PhaseConfig
    """Main phase."""
    score: ScoreConfig
    """Test protocol."""


class JointRecipe(Section):
    """One network of both streams, trained after them."""

    network: str | dict[str, object]
    """Which, by its name alone or with options, as `pipeline.models.joint_params` has it."""
    phase: PhaseConfig
    """How it is trained; its sampler chooses the frames."""
    flow_sampler: SamplerConfig
    """Chooses the flow that goes with them."""
    score: ScoreConfig
    """Test protocol; its clips choose the frames."""


class Recipe(Section):
    """recipes/<recipe>/<attention>.yaml, with its overrides laid over it."""

    preprocessing: Preprocessing
    validation_by: str
    """What ``auto`` means for validation.by in params.yaml."""
    fusion_mode: Literal["late", "cross_modal", "joint"]
    """What ``auto`` means for fusion.mode: the streams' scores are averaged, or one network sees
    both streams: by gates that one steers in the other, or by joined features."""
    rgb: StreamRecipe | None
    """Null where the method sees flow alone."""
    flow: StreamRecipe | None
    """Null where the method sees frames alone; no flow is computed then."""
    joint: JointRecipe | None
    """How both streams are trained together, where the method does."""


def read_recipe(values: Values, base: Values, choice: Choice) -> dict[str, object]:
    """Return a recipe's values with what it writes once put everywhere it is meant for.

    ``backbones`` and ``datasets`` hold blocks that are laid over the whole for one of them.
    ``model``, ``score``, ``pretrain`` and ``train`` hold what the streams have in common, and
    ``phase`` what all phases have; the narrower says more than the wider: a phase of a stream is
    `phase`, `<stream>.phase`, `train`, `<stream>.train`, one over the other.

    Args:
        values: of the method's file.
        base: what every method on this backbone has in common, below all that the file says.
        choice: which of its variants.

    Raises:
        ParamsError: the recipe does not allow the backbone.
    """
    values = dict(values)
    blocks = {key: values.pop(key, {}) for key in ("backbones", "datasets")}
    others = values.pop("other_backbones", "refused")
    _check_backbone(values, blocks["backbones"], str(others), choice)
    values = merge(base, values)
    for key, name in (("backbones", choice.backbone), ("datasets", choice.dataset)):
        block = _section(blocks[key]).get(name, {})
        values = merge(values, _section(block))
    common = {key: values.pop(key, {}) for key in COMMON}
    for stream in STREAMS:
        own = values.get(stream, {})
        values[stream] = own if own is None else _spread(_section(own), common)
    if isinstance(values.get("joint"), Mapping):
        joint = _section(values["joint"])
        values["joint"] = {
            **joint,
            "phase": merge(_section(common["phase"]), _section(joint.get("phase"))),
            "score": merge(_section(common["score"]), _section(joint.get("score"))),
        }
    return values


def recipe_backbone(values: Values) -> object:
    """Return the backbone of a recipe: the streams' common one, or RGB's."""
    rgb = _section(_section(values.get("rgb")).get("model"))
    return _section(values.get("model")).get("backbone") or rgb.get("backbone")


def recipe_path(recipes_dir: Path, recipe: str, attention: str) -> Path:
    """Return a recipe's file for a method.

    Raises:
        ParamsError: there is no such recipe or method in it; names those that exist.
    """
    recipes = sorted(path.name for path in recipes_dir.iterdir() if path.is_dir())
    if recipe not in recipes:
        raise ParamsError(f"params.yaml: recipe: found '{recipe}', expected {_or(recipes)}")
    methods = sorted(path.stem for path in (recipes_dir / recipe).glob("*.yaml"))
    if attention not in methods:
        raise ParamsError(
            f"params.yaml: model.attention: found '{attention}', expected {_or(methods)} "
            f"(the methods of recipes/{recipe}/)"
        )
    return recipes_dir / recipe / f"{attention}.yaml"


def _spread(stream: Values, common: Values) -> dict[str, object]:
    """Lay a stream's own values over what it shares with the other."""
    merged = {key: merge(_section(common[key]), _section(stream.get(key))) for key in SHARED}
    phases = {phase: stream.get(phase, common[phase]) for phase in PHASES}
    for phase, values in phases.items():
        if isinstance(values, Mapping):
            shared = merge(merged["phase"], _section(common[phase]))
            phases[phase] = merge(shared, values)
    return {"model": merged["model"], "score": merged["score"], **phases}


def _check_backbone(values: Values, blocks: object, others: str, choice: Choice) -> None:
    known = list(dict.fromkeys([str(recipe_backbone(values)), *_section(blocks)]))
    if others == "refused" and choice.backbone not in known:
        raise ParamsError(
            f"params.yaml: model.backbone: found '{choice.backbone}', expected {_or(known)} "
            f"(the published ones of {choice.method})"
        )


def _section(values: object) -> Values:
    return values if isinstance(values, Mapping) else {}


def _or(choices: list[str]) -> str:
    return " or ".join(f"'{choice}'" for choice in choices)
