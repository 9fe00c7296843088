"""What a user changes: the shape of params.yaml."""

from pathlib import Path
from typing import Annotated, Literal

import pydantic

from pipeline.annotations.params import DatasetName
from pipeline.models.sites import Compat
from pipeline.params import Section

Values = dict[str, object]


class DatasetChoice(Section):
    """Which data set, and where."""

    name: DatasetName
    """kitchen: the built-in demo set; egtea: EGTEA Gaze+; table: your own clips.csv."""
    root: Path
    """Absolute path of the data set; the kitchen set has its own place."""


class ValidationChoice(Section):
    """What is carved from train to look at during training."""

    by: Literal["none", "session", "subject", "time"]
    """session, subject: whole ones, drawn by the seed; time: the last clips of each session."""
    share: Annotated[float, pydantic.Field(gt=0, lt=1)]
    """Share of the training clips; not used with ``none``."""
    seed: Annotated[int, pydantic.Field(ge=0)]
    """Draws the sessions or subjects; apart from training's, so that seeds can be compared."""


class ModelChoice(Section):
    """Which method."""

    attention: str
    """A method for which the recipe has a file."""
    backbone: str
    """The convolutional network; ``auto`` is the recipe's."""
    head: str
    """The classifier; ``auto`` is the recipe's, or the backbone's own."""
    weights: Literal["recipe", "scratch"]
    """Initial weights: the recipe's (``auto``), or none."""
    checkpoint: str | list[str] | None
    """Files of trained networks, absolute or from the repository, to evaluate in place of training;
    each file tells itself what it is and which stream it belongs to."""
    compat: Compat
    """``paper``, or ``released`` for the behaviour of the authors' code."""


class SupervisionChoice(Section):
    """What supervises attention."""

    gaze: Literal["real", "shuffled", "centre", "shifted", "none"]
    """real, or a control: another clip's, the centre, shifted in time; none: goal-driven."""


class FusionChoice(Section):
    """How two streams become one answer."""

    mode: Literal["late", "cross_modal", "joint"]
    """``late`` averages the streams' scores; the others are the recipe's network of both streams,
    which its method trains in the stage joint. ``auto`` is the recipe's."""
    average: Literal["logits", "probabilities"]
    """What late fusion averages: raw scores, or their softmax."""
    calibrate: bool
    """Bring both streams to one temperature scale, on the validation part, before averaging."""
    weights: Literal["equal", "validation"] | tuple[float, float]
    """Weights of RGB and flow in late fusion."""


class UserParams(Section):
    """params.yaml, after ``auto`` has been filled in.

    A section that is one stage's own is kept as read: its stage's section checks it.
    """

    recipe: str
    """A folder below recipes/."""
    seed: Annotated[int, pydantic.Field(ge=0)]
    """Seed of training alone."""
    dataset: DatasetChoice
    kitchen: Values
    frames: Values
    flow: Values
    gaze: Values
    gaze_metrics: Values
    protocol: str
    """A split protocol; ``auto`` is official_split1, or a table's listed."""
    protocol_seed: Annotated[int, pydantic.Field(ge=0)]
    """Draws the sessions or subjects that a disjoint protocol tests on."""
    validation: ValidationChoice
    pack: Values
    model: ModelChoice
    supervision: SupervisionChoice
    fusion: FusionChoice
    explain: Values
    report: Values
