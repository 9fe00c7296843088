"""The terms of a loss by name."""

from collections.abc import Callable

from pipeline.clips.batch import Batch
from pipeline.models.params import Compat
from pipeline.models.recognizer import Seen
from pipeline.training.partial_mean import PartialMean
from pipeline.training.terms.cross_entropy import cross_entropy
from pipeline.training.terms.gaze_mse import gaze_mse

Term = Callable[[Seen, Batch, Compat], PartialMean]

TERMS: dict[str, Term] = {"cross_entropy": cross_entropy, "gaze_mse": gaze_mse}
"""Called with what the network saw, the batch on the same device, and whose rules to follow."""
