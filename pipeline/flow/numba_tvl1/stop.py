"""The loops of one warp: OpenCV's two rules when its iterations end.

An iteration's error is the sum over pixels of |u' - u|²; a warp is done once it is at most
``limit = ε² · pixels``.
"""

from typing import no_type_check

import numpy as np

from pipeline.flow.numba_tvl1.iterate import iterate
from pipeline.flow.numba_tvl1.layout import U1, U2, Level, driver
from pipeline.flow.numba_tvl1.median import median_filter
from pipeline.flow.numba_tvl1.settings import Settings

AT_A_TIME = 4
"""Iterations in one pass through memory, where nothing is asked in between."""


@driver
@no_type_check
def iterate_checking_each(level: Level, settings: Settings, stride: int) -> None:
    """Filter the flow before each block of iterations, and stop after any: OpenCV on the CPU."""
    limit = settings.epsilon**2 * (level.width * level.height)
    errors = np.full(1, np.inf)
    for _ in range(settings.outer_iterations):
        if errors[0] <= limit:
            break
        if settings.has_median:
            for field in range(U1, U2 + 1):
                median_filter(level, field, stride)
        for _ in range(settings.inner_iterations):
            if errors[0] <= limit:
                break
            iterate(level, settings, errors, stride)


@driver
@no_type_check
def iterate_checking_rarely(level: Level, settings: Settings, stride: int) -> None:
    """Ask after odd iterations only, and once ``wait`` is below the limit: OpenCV on a GPU.

    ``wait`` is the error last asked for, less the limit for each iteration since then: an error of
    k limits brings the next question after about k iterations.
    """
    limit = settings.epsilon**2 * (level.width * level.height)
    num_iterations = settings.outer_iterations * settings.inner_iterations
    errors = np.empty(AT_A_TIME)
    wait = 0.0
    done = 0
    while done < num_iterations:
        is_asked = False
        count = 0
        while count < AT_A_TIME and done < num_iterations and not is_asked:
            is_asked = limit > 0 and done % 2 == 1 and wait < limit
            wait -= limit
            count += 1
            done += 1
        iterate(level, settings, errors[:count], stride)
        if is_asked:
            wait = errors[count - 1]
            if wait <= limit:
                break
