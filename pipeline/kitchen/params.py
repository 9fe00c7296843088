"""The section of the stage kitchen."""

from typing import Annotated

import pydantic

from pipeline.params import Section

FewestFrames = Annotated[int, pydantic.Field(ge=16)]
Side = Annotated[int, pydantic.Field(ge=48, multiple_of=2)]

CLIPS_OF_THE_RAREST_CLASS = 5
"""One for each of the three test splits, and two that always train."""


class KitchenParams(Section):
    """Size and seed of the rendered set."""

    seed: pydantic.NonNegativeInt
    """Everything in the set follows from it; it is apart from the training's seed."""
    verbs: Annotated[int, pydantic.Field(ge=2, le=8)]
    """How many verbs, in the order of ``catalog.VERBS``; every verb is done to every noun."""
    nouns: Annotated[int, pydantic.Field(ge=2, le=10)]
    """How many nouns, in the order of ``catalog.NOUNS``."""
    clips: pydantic.PositiveInt
    """Clips over all classes."""
    imbalance: Annotated[float, pydantic.Field(ge=1.0, le=10.0)]
    """How many times more clips the commonest class has than the rarest."""
    subjects: Annotated[int, pydantic.Field(ge=1, le=12)]
    """People; they alternate between the two gaze trackers."""
    sessions: pydantic.PositiveInt
    """Recordings; a person has at most seven, one a recipe."""
    height: Side
    """Height of the videos in pixels."""
    width: Side
    """Width of the videos in pixels."""
    min_frames: FewestFrames
    """Fewest frames of a clip, its padding of 10 % at each end included."""
    max_frames: FewestFrames
    """Most frames of a clip, its padding included."""

    @pydantic.model_validator(mode="after")
    def _fits(self) -> "KitchenParams":
        if self.max_frames < self.min_frames + 4:
            raise ValueError("max_frames must exceed min_frames by at least 4")
        if self.sessions > 7 * self.subjects:
            raise ValueError("at most 7 sessions a subject; raise subjects or lower sessions")
        if self.sessions < self.subjects:
            raise ValueError("every subject needs a session; raise sessions or lower subjects")
        needed = CLIPS_OF_THE_RAREST_CLASS * self.verbs * self.nouns
        if self.clips < needed:
            raise ValueError(
                f"clips must be at least {needed}: {CLIPS_OF_THE_RAREST_CLASS} for each of "
                f"{self.verbs} x {self.nouns} classes"
            )
        return self


class KitchenConfig(Section):
    """The stage kitchen."""

    write: bool
    """Whether this data set was chosen; if not, the folders hold only a note that says so."""
    kitchen: KitchenParams
    """Size and seed of the set."""
