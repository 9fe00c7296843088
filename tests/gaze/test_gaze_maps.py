import numpy as np

from pipeline.gaze.maps import equation_2, gaze_maps


def test_a_stored_map_is_equation_2_at_the_cells_centres_in_8_bits():
    points = np.array([[0.3, 0.8]], np.float32)
    stored = gaze_maps(points, np.array([True]), height=3, width=5, sigma_cells=1.5)
    for i in range(3):
        for j in range(5):
            distance = (j + 0.5 - 0.3 * 5) ** 2 + (i + 0.5 - 0.8 * 3) ** 2
            assert stored[0, i, j] == np.rint(255 * np.exp(-distance / (2 * 1.5**2)))


def test_a_frame_that_is_not_valid_has_an_empty_map():
    points = np.array([[0.5, 0.5], [np.nan, np.nan]], np.float32)
    stored = gaze_maps(points, np.array([True, False]), height=3, width=4, sigma_cells=1.0)
    assert stored[0].max() > 0
    assert stored[1].max() == 0


def test_a_map_peaks_in_the_cell_that_holds_the_gaze():
    points = np.array([[0.95, 0.1]], np.float32)
    stored = gaze_maps(points, np.array([True]), height=3, width=4, sigma_cells=1.0)
    assert np.unravel_index(stored[0].argmax(), (3, 4)) == (0, 3)


def test_equation_2_is_1_at_the_gaze_and_falls_by_e_at_root_two_sigma():
    columns, rows = np.array([2.0, 2.0 + 3 * np.sqrt(2)]), np.array([1.0])
    bump = equation_2(np.array([[1.0, 1.0]]), columns, rows, 3.0, np.exp)
    np.testing.assert_allclose(bump[0, 0], [1, np.exp(-1)])
