import numpy as np
import pytest
import torch
from gaze_metrics.slow_maps import slow_frame_map, slow_value

from pipeline.evaluation.explain import ClipMaps
from pipeline.gaze_metrics.frame_maps import MAP_CELLS, enlarge, maps_of_frames, same_for_all

CASES = {
    "overlapping windows": [[0, 1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8], [5, 6, 7, 8, 9, 10]],
    "segments of a long clip": [[2, 7, 12, 17, 22, 27]],
    "a short clip that repeats its last frame": [[0, 1, 2, 3, 3, 3]],
    "windows with a dropped tail": [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]],
    "one image": [[4]],
}


def clip_maps(windows: list[list[int]], steps: int, size=(3, 5)) -> ClipMaps:
    generator = np.random.default_rng(len(windows) + steps)
    maps = generator.random((len(windows), steps, *size)).astype(np.float32)
    return ClipMaps(np.array(windows), maps, 56)


@pytest.mark.parametrize("windows", CASES.values(), ids=CASES)
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_a_frames_map_is_the_mean_over_all_places_that_saw_it(windows, steps):
    seen, frames = clip_maps(windows, min(steps, len(windows[0]))), np.arange(30)
    found = maps_of_frames(seen, frames)
    expected = [slow_frame_map(seen, frame) for frame in frames]
    np.testing.assert_allclose(found.own_size[found.which], expected, rtol=1e-12)
    assert found.is_seen.tolist() == [frame in np.array(windows) for frame in frames]


def test_of_two_frames_equally_near_the_earlier_lends_its_map():
    seen = clip_maps([[2, 6]], steps=2)
    found = maps_of_frames(seen, np.array([4, 5]))
    np.testing.assert_array_equal(found.own_size[found.which], seen.maps[0])


def test_frames_with_one_and_the_same_map_share_it():
    seen = clip_maps([[0, 1, 2, 3, 4, 5, 6, 7]], steps=2)
    assert maps_of_frames(seen, np.arange(8)).which.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_some_of_the_frames_have_the_maps_that_they_have_among_all():
    seen = clip_maps(CASES["overlapping windows"], steps=3)
    found = maps_of_frames(seen, np.array([1, 4, 9, 10]))
    maps, which = found.at(slice(1, 3))
    expected = [slow_frame_map(seen, frame) for frame in (4, 9)]
    np.testing.assert_allclose(maps[which], enlarge(np.array(expected)), rtol=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 7), (4, 14)])
def test_enlarging_is_bilinear_between_the_cells_centres(size, generator):
    maps = generator.random((2, *size))
    found = enlarge(maps)
    for row, column in [(0, 0), (63, 1), (5, 63), *generator.integers(0, MAP_CELLS, (30, 2))]:
        value = slow_value(maps[1], row, column, MAP_CELLS)
        assert found[1, row, column] == pytest.approx(value, rel=1e-9)
    tensor = torch.from_numpy(maps)[None]
    shape = (MAP_CELLS, MAP_CELLS)
    theirs = torch.nn.functional.interpolate(tensor, shape, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(found, theirs[0].numpy(), rtol=1e-9)


def test_a_mirrored_map_enlarges_to_the_mirrored_map(generator):
    maps = generator.random((2, 5, 6))
    np.testing.assert_allclose(enlarge(maps[:, :, ::-1]), enlarge(maps)[:, :, ::-1], rtol=1e-12)


def test_ties_stay_ties(generator):
    values = generator.random(4).astype(np.float32)
    windows = np.tile(values[:, None, None, None], (1, 2, 7, 7))
    seen = ClipMaps(np.tile(np.arange(9), (4, 1)), windows, 56)
    maps, _ = maps_of_frames(seen, np.arange(9)).at(slice(0, 9))
    assert (maps == maps[:, :1, :1]).all()


def test_a_map_of_64_cells_stays_as_it_is(generator):
    one = generator.random((MAP_CELLS, MAP_CELLS))
    maps, which = same_for_all(one, np.arange(5)).at(slice(1, 4))
    np.testing.assert_array_equal(maps, one[None])
    assert which.tolist() == [0, 0, 0]
