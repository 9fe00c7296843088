import numpy as np
import pytest
from flow.numba_fields import (
    DUAL,
    FLOW,
    GRADIENT,
    SIZES,
    draw_fields,
    iterate,
    level_of,
    settings,
    view,
)

from pipeline.flow.numba_tvl1.layout import CONSTANT, U1, U2, row_stride


def iterate_plainly(fields, numbers):
    """One iteration in float64, as the equations stand. Returns u, p and the sum of |u' - u|²."""
    flow, dual, g = (
        np.array([fields[k] for k in np.ravel(which)], np.float64)
        for which in (FLOW, DUAL, GRADIENT)
    )
    dual = dual.reshape(2, 2, *flow.shape[1:])
    residual = fields[CONSTANT] + (g * flow).sum(0)
    norm = np.maximum((g**2).sum(0), np.finfo(np.float32).eps)
    new = flow + np.clip(-residual / norm, -numbers.limit, numbers.limit) * g
    new += numbers.theta * (
        np.diff(dual[:, 0], axis=2, prepend=0) + np.diff(dual[:, 1], axis=1, prepend=0)
    )
    across = np.diff(new, axis=2, append=new[:, :, -1:])
    down = np.diff(new, axis=1, append=new[:, -1:])
    slope = np.stack([across, down], 1)
    dual = (dual + numbers.rate * slope) / (1 + numbers.rate * np.hypot(across, down))[:, None]
    return new, dual, ((new - flow) ** 2).sum()


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_an_iteration_is_that_of_the_equations(height, width):
    fields = draw_fields(height, width)
    level, errors = level_of(fields), np.empty(1)
    iterate(level, settings(), errors)
    flow, dual, error = iterate_plainly(fields, settings())
    np.testing.assert_allclose([view(level, k) for k in FLOW], flow, atol=1e-5)
    found = [[view(level, k) for k in component] for component in DUAL]
    np.testing.assert_allclose(found, dual, atol=1e-5)
    assert errors[0] == pytest.approx(error, rel=1e-5)


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("together", [2, 4, 7])
def test_iterations_in_one_pass_are_those_one_by_one(height, width, together):
    fields = draw_fields(height, width)
    level, errors = level_of(fields), np.empty(together)
    iterate(level, settings(), errors)
    single, error = level_of(fields), np.empty(1)
    for number in range(together):
        iterate(single, settings(), error)
        assert errors[number] == error[0]
    for field in fields:
        np.testing.assert_array_equal(view(level, field), view(single, field))


def test_where_nothing_differs_nothing_moves():
    level, errors = level_of({U1: np.full((5, 6), 2.5), U2: np.full((5, 6), -1.0)}), np.empty(3)
    iterate(level, settings(), errors)
    assert (view(level, U1) == 2.5).all()
    assert (view(level, U2) == -1).all()
    assert not errors.any()


@pytest.mark.parametrize("width", [1, 320, 383, 384, 640, 1920])
def test_a_row_has_room_for_the_pixel_after_the_last_one(width):
    stride = row_stride(width)
    assert stride >= 16 + width + 1
    assert (stride // 16) % 2 == 1
    assert stride % 16 == 0


def test_few_strides_serve_all_widths():
    assert len({row_stride(width) for width in range(1, 2000)}) == 4
