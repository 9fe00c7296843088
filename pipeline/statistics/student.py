"""Student's t distribution, for any degrees of freedom from one on.

With t = √ν tan θ its density is proportional to cos^(ν-1) θ on (-π/2, π/2), which a grid
integrates: six digits, without the special functions that numpy lacks.
"""

from functools import cache

import numpy as np
from jaxtyping import Float

STEPS = 20_000


@cache
def student_quantile(probability: float, freedom: float) -> float:
    """Return the value that a t variable stays below with this probability, in (0, 1)."""
    angles, below = _distribution(freedom)
    tail = min(probability, 1 - probability)
    size = float(np.sqrt(freedom) * np.tan(np.interp(1 - tail, below, angles)))
    return size if probability > tail else -size


def student_p_value(statistic: float, freedom: float) -> float:
    """Return the probability of a t variable at least this far from zero, in [0, 1]."""
    angles, below = _distribution(freedom)
    angle = np.arctan(abs(statistic) / np.sqrt(freedom))
    return float(2 * (1 - np.interp(angle, angles, below)))


def _distribution(freedom: float) -> tuple[Float[np.ndarray, " M"], Float[np.ndarray, " M"]]:
    """Angles from 0 to π/2, and the probability below each."""
    angles = np.linspace(0, np.pi / 2, STEPS + 1)
    middles = (angles[:-1] + angles[1:]) / 2
    mass = np.cos(middles) ** (freedom - 1)
    upper = np.append(0, np.cumsum(mass)) / mass.sum()
    return angles, 0.5 + upper / 2
