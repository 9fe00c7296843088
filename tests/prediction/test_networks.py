from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from made_configs import FLOW
from prediction.fakes import fake_networks
from prediction.films import write_film
from prediction.made_run import SCORE

from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.pieces import Stream, decoded_videos
from pipeline.explanation.class_maps import class_maps
from pipeline.explanation.place import choose_place
from pipeline.flow.quantize import STILL
from pipeline.flow.solve import Solver
from pipeline.models.normalise import normalise
from pipeline.prediction import motion
from pipeline.prediction.bundle import open_setup
from pipeline.prediction.errors import PredictionError
from pipeline.prediction.film import Film
from pipeline.prediction.motion import fill_flow
from pipeline.prediction.networks import load_networks, predict_segment
from pipeline.prediction.segment_images import SegmentImages
from pipeline.prediction.segments import cut_segments
from pipeline.prediction.stored import store_frames
from pipeline.prediction.watch import Pace, choose_pace, watch


@dataclass(frozen=True)
class FakeClip:
    index: int = 0
    name: str = "c"
    num_frames: int = 9


PROTOCOL = ScoreConfig(**SCORE).protocol
WINDOWS = PROTOCOL.clips
SOLVER = Solver(FLOW, "opencv", 1)


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    path = write_film(tmp_path_factory.mktemp("film") / "a.mp4", 9)
    with Film(path) as film:
        return list(store_frames(film.frames(), 32, 95, None))


def fresh(frames):
    return [replace(frame, flow=None) for frame in frames]


def test_flow_is_that_of_the_pictures_motion(frames):
    own = fresh(frames)
    fill_flow(own, np.arange(8), SOLVER)
    across = np.median([frame.flow[8:-8, 8:-8, 0] for frame in own[:-1]])
    pixels = (across - STILL) * 20 / 127.5
    assert pixels == pytest.approx(2 * 32 / 48, abs=0.3)
    assert own[-1].flow is None


def test_only_flow_that_is_asked_for_is_computed_and_each_pair_once(frames, monkeypatch):
    own, solved = fresh(frames), []
    solve = motion.solve

    def counted(pairs, solver):
        solved.append(pairs.block.num_pairs)
        return solve(pairs, solver)

    monkeypatch.setattr(motion, "solve", counted)
    fill_flow(own, np.array([1, 2, 6, 2]), SOLVER)
    assert [n for n, frame in enumerate(own) if frame.flow is not None] == [1, 2, 6]
    fill_flow(own, np.array([2, 3, 6]), SOLVER)
    fill_flow(own, np.array([3, 6]), SOLVER)
    assert solved == [3, 1]


def test_flow_in_parts_is_that_of_the_whole(frames):
    whole, parts = fresh(frames), fresh(frames)
    fill_flow(whole, np.arange(8), SOLVER)
    for places in ([7, 0], [3], [1, 2, 4, 5, 6]):
        fill_flow(parts, np.array(places), SOLVER)
    for one, other in zip(whole[:-1], parts[:-1], strict=True):
        np.testing.assert_array_equal(one.flow, other.flow)


def test_the_last_frame_has_the_flow_of_the_one_before(frames):
    images = SegmentImages(fresh(frames), "flow", SOLVER).images(0, np.array([7, 8, 0]))
    np.testing.assert_array_equal(images[0], images[1])
    assert (images[0] != images[2]).any()


def test_a_single_frame_has_no_motion(frames):
    images = SegmentImages(fresh(frames)[:1], "flow", SOLVER).images(0, np.zeros(5, np.int64))
    assert images.shape == (5, 32, 42, 2)
    assert (images == STILL).all()


def segment_of(frames):
    return next(cut_segments(iter(frames), 9.0, 9.0, 1 / 24))


def test_a_prediction_has_a_score_and_a_confidence_of_every_class(frames):
    told = predict_segment(segment_of(frames), fake_networks(), with_maps=True)
    assert told.scores.shape == told.confidences.shape == (6,)
    assert told.confidences.sum() == pytest.approx(1)
    assert told.maps_of == "rgb"
    assert told.maps.crop == 28
    np.testing.assert_array_equal(told.maps.frames, [[0, 2, 5, 8]])


def test_a_method_without_attention_has_no_maps(frames):
    told = predict_segment(segment_of(frames), fake_networks(has_maps=False), with_maps=False)
    assert (told.maps, told.maps_of) == (None, None)


def test_grad_cam_stands_in_where_something_has_to_be_shown(frames, run_dir):
    setup = open_setup(run_dir / "models", run_dir / "data", "flow")
    networks = load_networks(setup, torch.device("cpu"), 1)
    shown, hidden = (
        predict_segment(segment_of(fresh(frames)), networks, with_maps=wish)
        for wish in (True, False)
    )
    assert (shown.maps_of, shown.maps_kind) == ("flow", "grad_cam")
    assert (hidden.maps_of, hidden.maps) == (None, None)
    np.testing.assert_array_equal(shown.scores, hidden.scores)
    stream = Stream(SegmentImages(fresh(frames), "flow", networks.solver), WINDOWS)
    (video,) = next(decoded_videos([stream], [FakeClip()], PROTOCOL, networks.device, 0))
    network = networks.loaded["flow"]
    video = normalise(video[None], network.normalisations[0])
    best = torch.tensor([int(shown.scores.argmax())])
    expected = class_maps(network, video, best, choose_place(network, video))
    np.testing.assert_allclose(shown.maps.maps[:1], expected.numpy(), rtol=1e-3, atol=1e-6)


def test_networks_of_other_classes_than_the_table_are_refused(frames):
    networks = fake_networks()
    config = networks.config.model_copy(update={"classes": ("Cut", "Wash")})
    with pytest.raises(PredictionError, match="networks of 6 classes and a table of 2"):
        predict_segment(segment_of(frames), replace(networks, config=config), with_maps=False)


def test_a_pace_is_what_is_wished_else_half_overlapping_training_clips():
    config = fake_networks(length_seconds=3.0).config
    assert choose_pace(config, None, None, None) == Pace(3.0, 1.5, None)
    assert choose_pace(config, 1.0, None, 24.0) == Pace(1.0, 0.5, 24.0)
    assert choose_pace(config, None, 4.0, None) == Pace(3.0, 4.0, None)


def test_a_film_of_variable_rate_is_cut_by_its_clock(tmp_path):
    times = [*np.arange(10) / 10, *(1 + np.arange(30) / 30), 2.0, 9.0]
    path = write_film(tmp_path / "a.mp4", 42, times=times)
    with Film(path) as film:
        told = list(watch(film, fake_networks(), Pace(1.0, 1.0, None), None))
    assert [len(one.segment.frames) for one in told] == [10, 30, 1, 1]
    assert [one.segment.start for one in told[:3]] == [0.0, 1.0, 2.0]
    assert told[3].segment.frames[0].time == pytest.approx(9.0, abs=1e-3)


def test_scores_do_not_depend_on_where_a_network_runs_twice(frames):
    torch.manual_seed(1)
    one, other = (
        predict_segment(segment_of(frames), fake_networks(), with_maps=True) for _ in range(2)
    )
    np.testing.assert_array_equal(one.scores, other.scores)
