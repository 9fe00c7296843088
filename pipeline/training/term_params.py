"""The sections of the terms of a loss."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from pipeline.params import Section


class CrossEntropyTerm(Section):
    """Cross entropy of the class that the phase's classifier learns."""

    name: Literal["cross_entropy"]
    """Which term."""
    weight: NonNegativeFloat
    """Factor in the loss."""


class GazeMseTerm(Section):
    """Squared difference between attention and gaze (STAM, equation 3)."""

    name: Literal["gaze_mse"]
    """Which term."""
    weight: NonNegativeFloat
    """Factor in the loss (STAM: 0.1)."""


class GazeKlTerm(Section):
    """Divergence of IGA's gaze distribution from gaze (Min and Corso, WACV 2021)."""

    name: Literal["gaze_kl"]
    """Which term."""
    weight: NonNegativeFloat
    """Factor in the loss (IGA: 1)."""


class DirectOptimisationTerm(Section):
    """The gradient of IGA's discrete gaze, by direct optimisation (Min and Corso, WACV 2021).

    Epsilon, by which the loss perturbs the choice of a cell, is max(floor, start · e^(-rate · i))
    at iteration i, and changes every so many iterations only (MichiganCOG/Gaze-Attention).
    """

    name: Literal["direct_optimisation"]
    """Which term."""
    weight: NonNegativeFloat
    """Factor in the loss (IGA: 1)."""
    epsilon_start: PositiveFloat = 1000.0
    """Epsilon at first."""
    epsilon_rate: NonNegativeFloat = 1e-3
    """How fast it falls, per iteration."""
    epsilon_every: PositiveInt = 100
    """Iterations from one change to the next."""
    epsilon_floor: PositiveFloat = 0.1
    """Smallest epsilon."""


class MatureFeaturesTerm(Section):
    """Distance from the features of a teacher that has learnt already (W3, equation 9)."""

    name: Literal["mature_features"]
    """Which term."""
    weight: NonNegativeFloat = 1.0
    """Factor in the loss; W3 gives none."""
    squared: bool = False
    """Take the distance's square, which equation 9 does not."""


class MultiTaskTerm(Section):
    """Cross entropies of verb, noun and action, added (LSTA, section 6.5, on EPIC-KITCHENS)."""

    name: Literal["multi_task"]
    """Which term."""
    weight: NonNegativeFloat = 1.0
    """Factor in the loss."""
    verb: NonNegativeFloat = 1.0
    """Factor of the verb's cross entropy; LSTA gives none."""
    noun: NonNegativeFloat = 1.0
    """Factor of the noun's."""
    action: NonNegativeFloat = 1.0
    """Factor of the action's."""


TermConfig = Annotated[
    CrossEntropyTerm
    | GazeMseTerm
    | GazeKlTerm
    | DirectOptimisationTerm
    | MatureFeaturesTerm
    | MultiTaskTerm,
    Field(discriminator="name"),
]

GAZE_TERMS = frozenset({"gaze_mse", "gaze_kl"})
"""The terms that look at gaze; without gaze supervision they are left out."""

TEACHER_TERMS = frozenset({"mature_features"})
"""The terms that need the phase's teacher."""
