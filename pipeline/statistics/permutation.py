"""Paired test of two networks on the same clips, whole sessions changing sides together."""

import numpy as np
from jaxtyping import Float

EXACT_CLUSTERS = 16
"""Up to so many clusters all assignments of signs are tried; above, some are drawn."""

NUM_DRAWS = 20_000
TOLERANCE = 1e-9
"""Relative to the largest sum possible: sums that differ by rounding alone are equal."""


def sign_flip_test(
    contributions: Float[np.ndarray, " S"],
    generator: np.random.Generator,
    num_draws: int = NUM_DRAWS,
) -> float:
    """Return the two-sided p-value of the difference of two networks, in (0, 1].

    If the networks were equally good, their answers to a session's clips could change sides, which
    turns the sign of the session's contribution. The p-value is the share of all assignments
    of signs whose sum is at least as far from zero as the one seen. With few clusters it is exact
    and needs no chance, and it is never below 2 / 2^S: five sessions cannot show a difference at
    5 %. Clips of a session stay together, so that they need not be independent.

    Args:
        contributions: each cluster's part of the difference; they sum to it.
        generator: draws the signs where there are too many to try all.
        num_draws: of them; the assignment seen counts as one more.
    """
    moving = contributions[contributions != 0]
    if len(moving) == 0:
        return 1.0
    threshold = abs(moving.sum()) - TOLERANCE * np.abs(moving).sum()
    if len(moving) <= EXACT_CLUSTERS:
        sums = _all_sums(moving)
        return float((np.abs(sums) >= threshold).mean())
    signs = generator.integers(0, 2, size=(num_draws, len(moving)), dtype=np.int8) * 2.0 - 1
    extreme = int((np.abs(signs @ moving) >= threshold).sum())
    return (extreme + 1) / (num_draws + 1)


def _all_sums(values: Float[np.ndarray, " S"]) -> Float[np.ndarray, " M"]:
    """Sums under all signs but those of the first value, whose other sign mirrors them."""
    sums = values[:1]
    for value in values[1:]:
        sums = np.concatenate([sums + value, sums - value])
    return sums
