import numpy as np
import pytest
from flow.numba_fields import (
    draw_fields,
    iterate,
    iterate_checking_each,
    iterate_checking_rarely,
    level_of,
    median_filter,
    settings,
    view,
)

from pipeline.flow.numba_tvl1.layout import U1, U2

HEIGHT, WIDTH = 23, 30
EPSILONS = [0.0, 0.01, 0.03, 0.2, 100.0]


def error_of_one(level, numbers):
    error = np.empty(1)
    iterate(level, numbers, error)
    return error[0]


def stop_as_on_the_cpu(level, numbers):
    """OpenCV's loops, one iteration at a time. Returns how many there were."""
    limit = numbers.epsilon**2 * WIDTH * HEIGHT
    error, count, outer = np.inf, 0, 0
    while error > limit and outer < numbers.outer_iterations:
        outer += 1
        median_filter(level, U1)
        median_filter(level, U2)
        inner = 0
        while error > limit and inner < numbers.inner_iterations:
            inner += 1
            count += 1
            error = error_of_one(level, numbers)
    return count


def stop_as_on_a_gpu(level, numbers):
    """Likewise, of OpenCV's CUDA code."""
    limit = numbers.epsilon**2 * WIDTH * HEIGHT
    error, previous, count = np.inf, 0.0, 0
    while error > limit and count < numbers.inner_iterations * numbers.outer_iterations:
        is_asked = numbers.epsilon > 0 and count % 2 == 1 and previous < limit
        found = error_of_one(level, numbers)
        error = found if is_asked else np.inf
        previous = found if is_asked else previous - limit
        count += 1
    return count


def same_after(loops, plain_loops, numbers):
    """Run both from the same level, compare every bit of the flow. Returns the iterations."""
    level, plain = (level_of(draw_fields(HEIGHT, WIDTH)) for _ in range(2))
    loops(level, numbers)
    count = plain_loops(plain, numbers)
    np.testing.assert_array_equal(view(level, U1), view(plain, U1))
    np.testing.assert_array_equal(view(level, U2), view(plain, U2))
    return count


@pytest.mark.parametrize(("inner", "outer"), [(30, 10), (7, 3), (1, 1)])
@pytest.mark.parametrize(
    ("loops", "plain_loops"),
    [(iterate_checking_each, stop_as_on_the_cpu), (iterate_checking_rarely, stop_as_on_a_gpu)],
    ids=["cpu", "gpu"],
)
def test_the_loops_end_where_opencvs_do(loops, plain_loops, inner, outer):
    counts = []
    for epsilon in EPSILONS:
        numbers = settings()._replace(
            epsilon=epsilon, inner_iterations=inner, outer_iterations=outer
        )
        counts.append(same_after(loops, plain_loops, numbers))
    assert counts[0] == inner * outer
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] <= 2
