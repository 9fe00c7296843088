"""One temperature for a network's scores, so that its probabilities are as sure as it is right."""

import numpy as np
from jaxtyping import Float, Int

TEMPERATURES = (0.05, 20.0)
"""Bounds of the fit. A network that is right on every clip would want zero, one that is no better
than its scores' opposite infinity; both are met where the part fitted on is small."""

HALVINGS = 60
"""Of the bounds' ratio: more than double precision resolves."""


def fit_temperature(logits: Float[np.ndarray, "N K"], labels: Int[np.ndarray, " N"]) -> float:
    """Return the temperature T whose softmax(logits / T) gives the labels the highest likelihood.

    Temperature scaling (Guo et al., ICML 2017, section 4.2). The negative log-likelihood is convex
    in 1 / T, so that its slope changes sign once, and is found by halving. No network's own top
    action changes by it; what it says beside another network's does.

    Args:
        logits: of clips that no network was trained on; never the test part's.
        labels: true action ids.
    """
    low, high = (float(np.log(1 / temperature)) for temperature in reversed(TEMPERATURES))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _slope(logits, labels, float(np.exp(middle))) > 0:
            high = middle
        else:
            low = middle
    return float(np.exp(-(low + high) / 2))


def _slope(logits: np.ndarray, labels: np.ndarray, sharpness: float) -> float:
    """Slope of the mean negative log-likelihood of softmax(sharpness * logits) in the sharpness."""
    scores = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    likelihoods = np.exp(sharpness * scores)
    expected = (likelihoods * scores).sum(axis=1) / likelihoods.sum(axis=1)  # (N,)
    return float((expected - scores[np.arange(len(labels)), labels]).mean())
