"""Correction of p-values where several questions are asked of the same clips."""

import numpy as np
from jaxtyping import Float


def holm(p_values: Float[np.ndarray, " M"]) -> Float[np.ndarray, " M"]:
    """Return corrected p-values in the same order (Holm, Scand. J. Statist. 6, 1979).

    The smallest is multiplied by M, the next by M - 1 …, none falls below one before it, and none
    exceeds 1. Calling real what stays below 5 % then errs once or more in at most 5 % of
    families, however the questions depend on each other.
    """
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty_like(scaled)
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return corrected
