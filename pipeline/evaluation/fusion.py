"""Late fusion of two streams, with weights and temperatures that the test part never chooses."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import log_softmax

from pipeline.evaluation.calibration import fit_temperature
from pipeline.evaluation.metrics import micro_accuracy
from pipeline.evaluation.params import FuseConfig
from pipeline.evaluation.scores import Scores, ScoresError

GRID_STEPS = 20
"""Weights tried on the validation part: 0, 1/20 … 1."""


def fuse_scores(rgb: Scores, flow: Scores, joint: Scores, config: FuseConfig) -> Scores:
    """Fuse the streams clip by clip, or take the joint model's own scores where there is one.

    A method of one stream has that stream's scores. The protocol of the result says how: ``fusion``
    is ``{"mode": "joint"}``, ``{"mode": "rgb"}`` or ``{"mode": "flow"}``, or what was averaged, the
    weights of RGB and flow and, where scores were calibrated, their temperatures. Where flow was
    seen in another way than RGB, that stands under ``flow``.

    Raises:
        ScoresError: nothing was scored, the streams differ in their clips, or there is no
            validation part to choose weights or temperatures on.
    """
    present = {"rgb": rgb, "flow": flow, "joint": joint}
    present = {name: scores for name, scores in present.items() if len(scores.clips)}
    if not present:
        raise ScoresError("no stream has scores; run `dvc repro score`")
    own, *others = present.values()
    for other in others:
        _check_same_clips(own, other)
    if "joint" in present or not others:
        name = "joint" if "joint" in present else next(iter(present))
        alone = present[name]
        return replace(alone, protocol=alone.protocol | {"fusion": {"mode": name}})
    record: dict[str, object] = {"mode": config.average}
    if config.calibrate:
        rgb, flow, record["temperatures"] = _calibrate(rgb, flow)
    weight = _rgb_weight(rgb, flow, config)
    record["weights"] = [weight, 1 - weight]
    fused = blend(rgb.logits, flow.logits, weight, config.average)
    return replace(rgb, logits=fused, protocol=_both(rgb, flow) | {"fusion": record})


def _both(rgb: Scores, flow: Scores) -> dict[str, object]:
    """Return how clips were seen: RGB's way, and flow's below its name where it is another."""
    return rgb.protocol | ({} if flow.protocol == rgb.protocol else {"flow": flow.protocol})


def blend(
    rgb: Float[np.ndarray, "N K"], flow: Float[np.ndarray, "N K"], rgb_weight: float, mode: str
) -> Float[np.ndarray, "N K"]:
    """Weighted mean of logits, or the logarithm of the weighted mean of probabilities.

    Either way the softmax of the result is the fused distribution.
    """
    if mode == "logits":
        return rgb_weight * rgb + (1 - rgb_weight) * flow
    with np.errstate(divide="ignore"):  # a weight of zero is the logarithm -inf: no share
        return np.logaddexp(
            np.log(np.float32(rgb_weight)) + log_softmax(rgb, axis=1),
            np.log(np.float32(1 - rgb_weight)) + log_softmax(flow, axis=1),
        )


def best_weight(
    rgb: Float[np.ndarray, "N K"],
    flow: Float[np.ndarray, "N K"],
    labels: Int[np.ndarray, " N"],
    mode: str,
) -> float:
    """RGB's weight of the grid with the highest micro accuracy; of equals, that nearest a half."""
    grid = [step / GRID_STEPS for step in range(GRID_STEPS + 1)]
    return max(
        grid,
        key=lambda weight: (
            micro_accuracy(blend(rgb, flow, weight, mode), labels),
            -abs(weight - 0.5),
        ),
    )


def _rgb_weight(rgb: Scores, flow: Scores, config: FuseConfig) -> float:
    if config.weights == "equal":
        return 0.5
    if not isinstance(config.weights, str):
        return config.weights[0]
    rows = _validation_rows(
        rgb, "fusion.weights is 'validation'", "weights to equal or two numbers"
    )
    return best_weight(rgb.logits[rows], flow.logits[rows], rgb.labels[rows], config.average)


def _calibrate(rgb: Scores, flow: Scores) -> tuple[Scores, Scores, list[float]]:
    """Divide each stream's logits by its temperature, fitted on the validation part."""
    rows = _validation_rows(rgb, "fusion.calibrate is true", "calibrate to false")
    calibrated, temperatures = [], []
    for scores in (rgb, flow):
        temperature = fit_temperature(scores.logits[rows], scores.labels[rows])
        logits = scores.logits / np.float32(temperature)
        calibrated.append(replace(scores, logits=logits))
        temperatures.append(temperature)
    return calibrated[0], calibrated[1], temperatures


def _validation_rows(scores: Scores, wish: str, instead: str) -> Bool[np.ndarray, " N"]:
    rows = scores.parts == "validation"
    if not rows.any():
        raise ScoresError(
            f"{wish}, but no clip of the scores is in the validation part "
            f"(parts found: {sorted(set(scores.parts.tolist()))}); set validation.by to session, "
            f"subject or time, or fusion.{instead}"
        )
    return rows


def _check_same_clips(rgb: Scores, other: Scores) -> None:
    if np.array_equal(rgb.clips, other.clips) and rgb.logits.shape == other.logits.shape:
        return
    differing = sorted(set(rgb.clips.tolist()) ^ set(other.clips.tolist()))[:5]
    raise ScoresError(
        f"the streams' scores differ in their clips: one has {rgb.logits.shape} (clips, classes), "
        f"the other {other.logits.shape}; in one only: {differing}; run `dvc repro score`"
    )
