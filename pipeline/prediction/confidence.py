"""How sure a score is: softmax at a temperature that the validation part chose."""

import numpy as np
from jaxtyping import Float

from pipeline.evaluation.calibration import fit_temperature
from pipeline.evaluation.fusion import log_softmax
from pipeline.evaluation.scores import Scores
from pipeline.prediction.params import Calibration


def calibrate(scores: Scores) -> Calibration:
    """Fit the temperature on the validation clips of some scores; without any it is one."""
    validation = scores.of("validation")
    if len(validation.clips) == 0:
        return Calibration()
    temperature = fit_temperature(validation.logits, validation.labels)
    return Calibration(temperature=temperature, num_clips=len(validation.clips))


def confidences(
    scores: Float[np.ndarray, " K"], calibration: Calibration
) -> Float[np.ndarray, " K"]:
    """Return softmax(scores / temperature): it changes no order of classes."""
    return np.exp(log_softmax(scores[None] / calibration.temperature))[0]
