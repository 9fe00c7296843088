"""How sure a score is: softmax at a temperature that the validation part chose."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.special import softmax

from pipeline.evaluation.calibration import fit_temperature
from pipeline.evaluation.fusion import fuse_scores
from pipeline.evaluation.params import FuseConfig
from pipeline.evaluation.scores import Scores, no_scores
from pipeline.prediction.params import Calibration, FusionPlan


def calibrate(scores: Scores) -> Calibration:
    """Fit the temperature on the validation clips of some scores; without any it is one."""
    validation = scores.of("validation")
    if len(validation.clips) == 0:
        return Calibration()
    temperature = fit_temperature(validation.logits, validation.labels)
    return Calibration(temperature=temperature, num_clips=len(validation.clips))


def calibrate_fusion(rgb: Scores, flow: Scores, plan: FusionPlan) -> Calibration:
    """Fit the temperature on two streams' scores, fused as a prediction fuses them.

    The run's own fused scores may be of another predictor: its network of both streams.

    Raises:
        ScoresError: the streams' scores are of other clips.
    """
    if not len(rgb.clips) or not len(flow.clips):
        return Calibration()
    config = FuseConfig(average=plan.average, weights=(plan.rgb_weight, 1 - plan.rgb_weight))
    divided = [
        replace(scores, logits=scores.logits / np.float32(temperature))
        for scores, temperature in zip((rgb, flow), plan.temperatures, strict=True)
    ]
    return calibrate(fuse_scores(divided[0], divided[1], no_scores(), config))


def confidences(
    scores: Float[np.ndarray, " K"], calibration: Calibration
) -> Float[np.ndarray, " K"]:
    """Return softmax(scores / temperature): it changes no order of classes."""
    return softmax(scores / calibration.temperature)
