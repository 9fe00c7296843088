"""A recipe: what a method needs to be trained, as data."""

from pathlib import Path

from pipeline.evaluation.params import ScoreConfig
from pipeline.params import ParamsError, Section
from pipeline.training.params import PhaseConfig


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


class Network(Section):
    """The network, but for the attention, which names the recipe's file."""

    backbone: str
    """The convolutional network."""
    width: float
    """Channels as a share of the published ones."""
    after: list[str]
    """The backbone's layers that attention follows."""
    dropout: float
    """Share of pooled features that are dropped in training."""


class StreamPhases(Section):
    """How one stream is trained."""

    pretrain: PhaseConfig | None
    """First phase; null where the method has none."""
    train: PhaseConfig
    """Main phase."""


class Recipe(Section):
    """recipes/<recipe>/<attention>.yaml."""

    preprocessing: Preprocessing
    validation_by: str
    """What ``auto`` means for validation.by in params.yaml."""
    model: Network
    rgb: StreamPhases
    flow: StreamPhases
    joint: None
    score: ScoreConfig


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


def _or(choices: list[str]) -> str:
    return " or ".join(f"'{choice}'" for choice in choices)
