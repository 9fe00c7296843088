"""McNemar's test of two networks on the same clips, each clip by itself."""

from scipy.special import bdtr


def mcnemar_test(num_first_only: int, num_second_only: int) -> float:
    """Return the two-sided exact p-value, in (0, 1].

    Of the clips that one network alone gets right, each network has a half if they are equally
    good: a binomial test, summed exactly at every count, so that no approximation has to be
    chosen. It takes clips for independent, which clips of a session are not; where it and the
    sign-flip test differ, the latter is to be believed.

    Args:
        num_first_only: clips that the first network alone gets right.
        num_second_only: clips that the second alone gets right.
    """
    total = num_first_only + num_second_only
    fewer = min(num_first_only, num_second_only)
    return min(1.0, 2 * float(bdtr(fewer, total, 0.5)))
