"""What a user changes: the shape of params.yaml."""

from pathlib import Path
from typing import Annotated, Literal

import pydantic

from pipeline.annotations.params import DatasetName
from pipeline.models.params import BackboneName, Compat
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
    backbone: BackboneName
    """The convolutional network; ``auto`` is the recipe's."""
    weights: Literal["recipe", "scratch"]
    """Initial weights: the recipe's (``auto``), or none."""
    compat: Compat
    """``paper``, or ``released`` for the behaviour of the authors' code."""


class SupervisionChoice(Section):
    """What supervises attention."""

    gaze: Literal["real", "shuffled", "centre", "shifted", "none"]
    """real, or a control: another clip's, the centre, shifted in time; none: goal-driven."""


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
    protocol: str
    validation: ValidationChoice
    pack: Values
    model: ModelChoice
    supervision: SupervisionChoice
    fusion: Values
    report: Values
