"""Which clips are looked at more closely: a few by a seed, of as many actions as there are."""

from collections.abc import Collection, Sequence

import numpy as np
from jaxtyping import Int64


def choose_sample(
    actions: Sequence[int], count: int, seed: int, preferred: Collection[int] = ()
) -> Int64[np.ndarray, " s"]:
    """Return rows of a list of clips by a seed, of as many different actions as there are.

    Rows come in the order of choice, so that a smaller sample is the beginning of a larger one.

    actions: class of each clip.
    count: how many rows; all where there are fewer.
    seed: of the choice.
    preferred: rows that come before all others.
    """
    order = np.random.default_rng(seed).permutation(len(actions))
    is_late = ~np.isin(order, list(preferred))
    order, is_late = order[np.argsort(is_late, kind="stable")], np.sort(is_late)
    shuffled = np.asarray(actions, np.int64)[order]
    repeats = np.array([(shuffled[:n] == own).sum() for n, own in enumerate(shuffled)], np.int64)
    return order[np.lexsort((repeats, is_late))][:count]
