"""Which frames of a clip are seen: pure functions of the clip's length and a generator."""

import numpy as np
from jaxtyping import Int


def draw_frames(
    num_frames: int, length: int, generator: np.random.Generator
) -> Int[np.ndarray, " T"]:
    """Return consecutive frames from a random start; every start is equally likely.

    A clip shorter than ``length`` is seen whole, and its last frame repeated.

    Differs from STAM's code, which leaves such clips out of training.
    """
    start = int(generator.integers(max(num_frames - length, 0) + 1))
    return np.minimum(start + np.arange(length), num_frames - 1)


def windows(num_frames: int, length: int, stride: int) -> Int[np.ndarray, "M T"]:
    """Return the frames of each window over a clip, for tests and validation.

    The last window is moved back to end at the last frame; a clip shorter than ``length`` is one
    window that repeats its last frame.
    """
    last_start = max(num_frames - length, 0)
    starts = np.append(np.arange(0, last_start, stride), last_start)
    return np.minimum(starts[:, None] + np.arange(length), num_frames - 1)
