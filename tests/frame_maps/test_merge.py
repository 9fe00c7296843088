import numpy as np
import pytest

from pipeline.evaluation.explain import ClipMaps
from pipeline.frame_maps.merge import merge_windows, same_for_all

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


def slow_frame_map(seen: ClipMaps, frame: int) -> np.ndarray:
    """One frame's map by loops, from the definition in docs/gaze_metrics.md."""
    places = [
        (abs(int(image) - frame), int(image), window, place)
        for window, images in enumerate(seen.frames)
        for place, image in enumerate(images)
    ]
    distance, nearest = min(places)[:2]
    num_steps, num_images = seen.maps.shape[1], seen.frames.shape[1]
    found = [
        seen.maps[window, int(place * num_steps / num_images)].astype(np.float64)
        for away, image, window, place in places
        if (away, image) == (distance, nearest)
    ]
    return sum(found) / len(found)


@pytest.mark.parametrize("windows", CASES.values(), ids=CASES)
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_a_frames_map_is_the_mean_over_all_places_that_saw_it(windows, steps):
    seen, frames = clip_maps(windows, min(steps, len(windows[0]))), np.arange(30)
    found = merge_windows(seen, frames)
    expected = [slow_frame_map(seen, frame) for frame in frames]
    np.testing.assert_allclose(found.own_size[found.which], expected, rtol=1e-12)
    assert found.is_seen.tolist() == [frame in np.array(windows) for frame in frames]


def test_of_two_frames_equally_near_the_earlier_lends_its_map():
    seen = clip_maps([[2, 6]], steps=2)
    found = merge_windows(seen, np.array([4, 5]))
    np.testing.assert_array_equal(found.own_size[found.which], seen.maps[0])


def test_frames_with_one_and_the_same_map_share_it():
    seen = clip_maps([[0, 1, 2, 3, 4, 5, 6, 7]], steps=2)
    assert merge_windows(seen, np.arange(8)).which.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_frame_that_a_window_repeats_has_the_mean_of_its_places():
    seen = clip_maps([[0, 1, 1], [1, 2, 2]], steps=3)
    found = merge_windows(seen, np.array([1]))
    expected = (seen.maps[0, 1] + seen.maps[0, 2] + seen.maps[1, 0]) / 3
    np.testing.assert_allclose(found.own_size[found.which], expected[None], rtol=1e-6)


def test_a_frame_between_segments_has_the_map_of_the_nearest_that_was_seen():
    seen = clip_maps([[2, 6, 9]], steps=3)
    found = merge_windows(seen, np.array([0, 3, 4, 5, 7, 12]))
    np.testing.assert_array_equal(found.own_size[found.which], seen.maps[0, [0, 0, 0, 1, 1, 2]])
    assert not found.is_seen.any()


def test_one_map_for_all_frames_counts_as_seen_in_each():
    found = same_for_all(np.ones((2, 3)), np.arange(4))
    assert (found.which.tolist(), found.is_seen.tolist()) == ([0] * 4, [True] * 4)
