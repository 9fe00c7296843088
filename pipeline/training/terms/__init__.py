"""The terms of a loss by name."""

from collections.abc import Callable
from typing import Never

from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.terms.cross_entropy import cross_entropy
from pipeline.training.terms.direct_optimisation import direct_optimisation
from pipeline.training.terms.gaze_kl import gaze_kl
from pipeline.training.terms.gaze_mse import gaze_mse
from pipeline.training.terms.mature_features import mature_features
from pipeline.training.terms.multi_task import multi_task

Term = Callable[[Look, Never], PartialMean]
"""Called with what the network saw, and the section of its own name (`term_params`): each term
takes another, so that there is none that could be handed to all of them."""

TERMS: dict[str, Term] = {
    "cross_entropy": cross_entropy,
    "gaze_mse": gaze_mse,
    "gaze_kl": gaze_kl,
    "direct_optimisation": direct_optimisation,
    "mature_features": mature_features,
    "multi_task": multi_task,
}
