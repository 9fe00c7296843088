"""Made test clips in sessions whose clips are right and wrong together."""

import numpy as np

from pipeline.statistics.tally import Tally

NODES = np.polynomial.hermite_e.hermegauss(60)


def chances(difficulty, session_sd, effects):
    """Chance that a clip is right, for each session effect."""
    return 1 / (1 + np.exp(-(difficulty + session_sd * effects)))


def true_recall(difficulty, session_sd):
    """Share of right clips over all sessions there could be, by Gauss-Hermite quadrature."""
    effects, weights = NODES
    return chances(difficulty[:, None], session_sd, effects) @ weights / weights.sum()


def draw_set(generator, *, num_sessions, difficulty, session_sd, low=5, high=14):
    """One test part: a class, a session, and what is right of each clip under shared luck.

    Returns session and class of each clip (N,), and the chance that it is right (N,).
    """
    sizes = generator.integers(low, high, num_sessions)
    sessions = np.repeat(np.arange(num_sessions), sizes)
    groups = generator.integers(0, len(difficulty), len(sessions))
    effects = generator.normal(size=num_sessions)[sessions]
    return sessions, groups, chances(difficulty[groups], session_sd, effects)


def as_tally(values, sessions, groups, num_sessions, num_groups):
    """Sum by slow loops, straight from the definition."""
    right, counted = np.zeros((2, num_sessions, num_groups))
    for value, session, group in zip(values, sessions, groups, strict=True):
        right[session, group] += value
        counted[session, group] += 1
    return Tally(right, counted, 1.0)
