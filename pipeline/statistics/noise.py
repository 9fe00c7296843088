"""Kinds of chance in a difference, each a variance that was estimated, and their joint test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import stdtr


@dataclass(frozen=True)
class Noise:
    """One kind of chance.

    Args:
        variance: of the difference, as far as this kind moves it.
        freedom: degrees of freedom that the variance was estimated with, 1 or more.
    """

    variance: float
    freedom: float


def session_noise(contributions: Float[np.ndarray, " S"]) -> Noise | None:
    """Return what the draw of sessions does to a difference; None with one, which tells no spread.

    contributions: each session's part of the difference; they sum to it.
    """
    num_sessions = len(contributions)
    if num_sessions < 2:
        return None
    return Noise(num_sessions * float(contributions.var(ddof=1)), num_sessions - 1.0)


def noise_test(difference: float, kinds: Sequence[Noise]) -> float:
    """Return the two-sided p-value of no difference, where several kinds of chance add up.

    Their variances are summed, and the difference in units of the root is judged by Student's
    distribution, with the degrees of freedom of Satterthwaite (Biometrics Bulletin 2, 1946).
    """
    variances = np.array([kind.variance for kind in kinds])
    if variances.sum() == 0:
        return float(difference == 0)
    freedoms = np.array([kind.freedom for kind in kinds])
    freedom = variances.sum() ** 2 / (variances**2 / freedoms).sum()
    statistic = abs(difference) / float(np.sqrt(variances.sum()))
    return 2 * float(stdtr(freedom, -statistic))
