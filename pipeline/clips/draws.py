"""Where every random draw of training comes from.

A draw is named by its purpose and by what it is for, never by how many came before it: the number
of workers, processes and restarts cannot change it.
"""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a generator draws; different purposes never share a stream of numbers."""

    ORDER = 0
    AUGMENTATION = 1
    DROPOUT = 2
    SHUFFLED_GAZE = 3
    ATTENTION = 4


def make_generator(purpose: Purpose, seed: int, *address: int) -> np.random.Generator:
    """Return the generator of one purpose at one address, such as (epoch, clip)."""
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(int(purpose), *address))
    return np.random.default_rng(sequence)
