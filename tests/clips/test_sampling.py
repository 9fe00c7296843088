import numpy as np
import pytest

from pipeline.clips.sampling import (
    centre_place,
    count_places,
    draw_frames,
    draw_place,
    draw_segments,
    fill_stacks,
    segment_middles,
    segment_starts,
    spread_places,
    windows,
)


@pytest.mark.parametrize(
    ("num_places", "length", "stride", "starts"),
    [
        (16, 16, 8, [0]),
        (17, 16, 8, [0, 1]),
        (24, 16, 8, [0, 8]),
        (25, 16, 8, [0, 8, 9]),
        (32, 16, 8, [0, 8, 16]),
        (10, 4, 5, [0, 5, 6]),
    ],
)
def test_windows_end_at_the_last_place(num_places, length, stride, starts):
    found = windows(num_places, length, stride, "move_back")
    assert found.tolist() == [list(range(start, start + length)) for start in starts]


@pytest.mark.parametrize(
    ("num_places", "starts"),
    [(24, [0]), (47, [0]), (48, [0, 24]), (60, [0, 24]), (72, [0, 24, 48])],
)
def test_dropped_tails_leave_windows_side_by_side(num_places, starts):
    assert windows(num_places, 24, 24, "drop")[:, 0].tolist() == starts


@pytest.mark.parametrize("tail", ["move_back", "drop"])
@pytest.mark.parametrize("num_places", [1, 3])
def test_a_short_clip_is_one_window_that_repeats_its_last_place(num_places, tail):
    (window,) = windows(num_places, 5, 2, tail)
    assert window.tolist() == [*range(num_places), *[num_places - 1] * (5 - num_places)]


@pytest.mark.parametrize("num_places", range(5, 40))
def test_windows_leave_no_place_out(num_places):
    found = windows(num_places, 5, 4, "move_back")
    assert np.array_equal(np.unique(found), np.arange(num_places))


def test_drawn_frames_are_consecutive_and_every_start_occurs():
    generator = np.random.default_rng(0)
    drawn = np.stack([draw_frames(7, 4, generator) for _ in range(100)])
    assert (np.diff(drawn, axis=1) == 1).all()
    assert set(drawn[:, 0]) == {0, 1, 2, 3}


def test_a_short_clip_is_drawn_whole_and_repeats_its_last_frame():
    assert draw_frames(3, 5, np.random.default_rng(0)).tolist() == [0, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("num_places", "count", "endpoint", "counted_from_one"),
    [
        (9, 5, True, [1, 3, 5, 7, 9]),
        (10, 5, True, [1, 3, 5, 7, 10]),  # 1, 3.25, 5.5, 7.75, 10
        (10, 5, False, [1, 2, 4, 6, 8]),  # 1, 2.8, 4.6, 6.4, 8.2
        (2, 5, True, [1, 1, 1, 1, 2]),
        (1, 3, False, [1, 1, 1]),
        (49, 25, True, list(range(1, 50, 2))),
    ],
)
def test_spread_places_are_those_of_lsta_and_ego_rnn(num_places, count, endpoint, counted_from_one):
    found = spread_places(num_places, count, endpoint=endpoint)
    assert (found + 1).tolist() == counted_from_one


@pytest.mark.parametrize(
    ("num_places", "count", "expected"),
    [
        (32, 8, [2, 6, 10, 14, 18, 22, 26, 30]),
        (20, 8, [1, 3, 6, 8, 11, 13, 16, 18]),  # tick 2.5: 1.25, 3.75, 6.25 …
        (4, 8, [0, 0, 1, 1, 2, 2, 3, 3]),
        (1, 3, [0, 0, 0]),
    ],
)
def test_tests_see_the_middle_of_each_segment(num_places, count, expected):
    assert segment_middles(num_places, count).tolist() == expected


def test_the_second_sampling_sees_the_start_of_each_segment():
    assert segment_starts(20, 8).tolist() == [0, 2, 5, 7, 10, 12, 15, 17]


def test_training_sees_every_place_of_each_segment_and_no_other():
    generator = np.random.default_rng(0)
    drawn = np.stack([draw_segments(14, 4, generator) for _ in range(200)])  # segments of 3
    assert [set(column) for column in drawn.T] == [{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10, 11}]


def test_a_clip_of_fewer_places_than_segments_is_drawn_in_order_with_repetition():
    generator = np.random.default_rng(0)
    drawn = np.stack([draw_segments(3, 8, generator) for _ in range(50)])
    assert (np.diff(drawn, axis=1) >= 0).all()
    assert set(drawn.ravel()) == {0, 1, 2}


@pytest.mark.parametrize(
    ("num_flows", "first"), [(5, 1), (6, 1), (7, 1), (10, 3), (11, 3), (12, 4), (105, 50)]
)
def test_the_centre_stack_of_five_is_where_ego_rnns_code_has_it(num_flows, first):
    assert centre_place(num_flows - 4).tolist() == [first - 1]  # ceil((N - 5) / 2), at least 1


def test_a_random_stack_of_five_begins_where_ego_rnns_code_draws_it():
    generator = np.random.default_rng(0)
    starts = {int(draw_place(11 - 4, generator)[0]) for _ in range(200)}
    assert starts == {start - 1 for start in range(1, 11 - 5 + 1)}


@pytest.mark.parametrize(
    ("num_frames", "stack", "places"), [(9, 1, 9), (9, 5, 4), (6, 5, 1), (3, 5, 1)]
)
def test_places_are_the_frames_or_where_a_stack_of_flow_fits(num_frames, stack, places):
    assert count_places(num_frames, stack) == places


def test_stacks_come_place_by_place():
    assert fill_stacks(np.array([[0, 4], [2, 3]]), 3, 9).tolist() == [
        [0, 1, 2, 4, 5, 6],
        [2, 3, 4, 3, 4, 5],
    ]


def test_the_last_stack_ends_at_the_last_pair():
    assert fill_stacks(np.array([count_places(9, 3) - 1]), 3, 9).tolist() == [5, 6, 7]


def test_a_clip_shorter_than_a_stack_repeats_its_last_pair():
    assert fill_stacks(np.array([0]), 5, 4).tolist() == [0, 1, 2, 2, 2]
