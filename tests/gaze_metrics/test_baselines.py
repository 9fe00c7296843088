import numpy as np

from pipeline.evaluation.explain import ClipMaps
from pipeline.gaze_metrics.baselines import (
    centre_map,
    draw_partners,
    in_place_of,
    training_gaze_map,
    uniform_map,
)
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_points import cells_of, count_cells

NAMES = [f"clip{number}" for number in range(12)]
SESSIONS = [f"session{number % 3}" for number in range(12)]


def test_the_centre_prior_is_a_gaussian_of_half_the_maps_height():
    found = centre_map()
    row, column = 3, 50
    x, y = ((at + 0.5) / MAP_CELLS - 0.5 for at in (column, row))
    assert found[row, column] == np.exp(-(x**2) / 0.5) * np.exp(-(y**2) / 0.5)
    np.testing.assert_array_equal(found, found[::-1, ::-1])


def test_a_uniform_map_is_constant():
    assert np.unique(uniform_map()).tolist() == [1.0]


def test_the_map_of_training_gaze_is_a_bump_around_each_point():
    points = np.array([[0.2, 0.7], [0.9, 0.1], [0.9, 0.1]])
    found = training_gaze_map(count_cells(cells_of(points)), 3.2)
    expected = np.zeros((MAP_CELLS, MAP_CELLS))
    for cell in cells_of(points):
        row, column = divmod(int(cell), MAP_CELLS)
        rows, columns = np.indices(expected.shape)
        expected += np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * 3.2**2))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_without_training_gaze_there_is_no_such_map():
    assert training_gaze_map(np.zeros(MAP_CELLS**2, int), 3.2) is None


def test_a_partner_is_of_another_session_and_drawn_by_the_seed():
    partners = draw_partners(NAMES, SESSIONS, seed=3)
    session_of = dict(zip(NAMES, SESSIONS, strict=True))
    assert set(partners) == set(NAMES)
    assert all(session_of[name] != session_of[other] for name, other in partners.items())
    assert partners == draw_partners(NAMES, SESSIONS, seed=3) != draw_partners(NAMES, SESSIONS, 4)


def test_in_one_session_a_partner_is_another_clip_and_a_single_clip_has_none():
    partners = draw_partners(NAMES[:4], ["one"] * 4, seed=0)
    assert all(name != other for name, other in partners.items())
    assert set(partners) == set(NAMES[:4])
    assert draw_partners(["alone"], ["one"], seed=0) == {}


def test_each_window_has_the_map_of_the_others_window_at_the_same_moment():
    maps = np.arange(5, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 3, 3), np.float32)
    own = ClipMaps(np.arange(4).reshape(2, 2), maps[:2], 56)
    other = ClipMaps(np.zeros((5, 2), int), maps, 56)
    found = in_place_of(own, other)
    assert found.maps[:, 0, 0, 0].tolist() == [0, 2]
    np.testing.assert_array_equal(found.frames, own.frames)
    assert in_place_of(other, own).maps[:, 0, 0, 0].tolist() == [0, 0, 0, 1, 1]
