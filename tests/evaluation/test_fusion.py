from dataclasses import replace

import numpy as np
import pytest

from pipeline.evaluation.calibration import fit_temperature
from pipeline.evaluation.fusion import best_weight, blend, fuse_scores
from pipeline.evaluation.metrics import micro_accuracy
from pipeline.evaluation.params import FuseConfig
from pipeline.evaluation.scores import Scores, ScoresError, no_scores
from pipeline.params import ParamsError, validate


def make_scores(seed, parts=("validation", "test", "test", "validation", "test")):
    generator = np.random.default_rng(seed)
    clips = np.array([f"clip{number}" for number in range(len(parts))])
    labels = np.arange(len(parts)) % 3
    logits = generator.normal(size=(len(parts), 3)).astype(np.float32)
    return Scores(clips, np.array(parts), labels, logits, {})


NO_JOINT = no_scores()


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def test_equal_weights_average_the_logits():
    rgb, flow = make_scores(0), make_scores(1)
    fused = fuse_scores(rgb, flow, NO_JOINT, FuseConfig())
    np.testing.assert_allclose(fused.logits, (rgb.logits + flow.logits) / 2, rtol=1e-6)
    assert fused.protocol["fusion"] == {"mode": "logits", "weights": [0.5, 0.5]}


def test_a_joint_models_scores_stand_for_themselves():
    rgb, flow, joint = make_scores(0), make_scores(1), make_scores(2)
    fused = fuse_scores(rgb, flow, joint, FuseConfig())
    assert np.array_equal(fused.logits, joint.logits)
    assert fused.protocol["fusion"] == {"mode": "joint"}


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_the_softmax_of_fused_probabilities_is_the_weighted_mean(weight):
    rgb, flow = make_scores(0).logits, make_scores(1).logits
    expected = weight * softmax(rgb) + (1 - weight) * softmax(flow)
    found = blend(rgb, flow, weight, "probabilities")
    np.testing.assert_allclose(softmax(found), expected, rtol=1e-5)
    np.testing.assert_allclose(np.exp(found), expected, rtol=1e-5)


def test_fixed_weights_are_those_of_rgb_and_flow():
    rgb, flow = make_scores(0), make_scores(1)
    fused = fuse_scores(rgb, flow, NO_JOINT, FuseConfig(weights=(1.0, 0.0)))
    assert np.array_equal(fused.logits, rgb.logits)


@pytest.mark.parametrize("mode", ["logits", "probabilities"])
def test_no_weight_of_the_grid_beats_the_chosen_one(mode):
    generator = np.random.default_rng(3)
    rgb, flow = generator.normal(size=(2, 40, 4))
    labels = generator.integers(0, 4, 40)
    chosen = best_weight(rgb, flow, labels, mode)
    best = micro_accuracy(blend(rgb, flow, chosen, mode), labels)
    others = [micro_accuracy(blend(rgb, flow, step / 20, mode), labels) for step in range(21)]
    assert best == max(others)


def test_of_equally_good_weights_the_one_nearest_a_half_is_taken():
    same = np.eye(3)
    assert best_weight(same, same, np.arange(3), "logits") == 0.5


@pytest.mark.parametrize(
    "config", [FuseConfig(weights="validation"), FuseConfig(calibrate=True)], ids=repr
)
def test_test_clips_move_no_weight_and_no_temperature(config):
    rgb, flow = make_scores(0), make_scores(1)
    other = Scores(rgb.clips, rgb.parts, rgb.labels.copy(), rgb.logits.copy(), {})
    other.logits[rgb.parts == "test"] = 99.0
    fused = [fuse_scores(stream, flow, NO_JOINT, config) for stream in (rgb, other)]
    assert fused[0].protocol == fused[1].protocol


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (FuseConfig(weights="validation"), "fusion.weights to equal"),
        (FuseConfig(calibrate=True), "fusion.calibrate to false"),
    ],
)
def test_choosing_on_an_absent_validation_part_is_an_error_that_says_what_to_set(config, named):
    scores = make_scores(0, parts=("test", "test"))
    with pytest.raises(ScoresError, match=rf"validation\.by .*, or {named}"):
        fuse_scores(scores, scores, NO_JOINT, config)


@pytest.mark.parametrize("average", ["logits", "probabilities"])
def test_calibrated_streams_are_averaged_at_their_own_temperatures(average):
    parts = ("validation",) * 30 + ("test",) * 5
    rgb, flow = make_scores(0, parts), make_scores(1, parts)
    fused = fuse_scores(rgb, flow, NO_JOINT, FuseConfig(average=average, calibrate=True))
    temperatures = fused.protocol["fusion"]["temperatures"]
    rows = rgb.parts == "validation"
    for scores, temperature in zip((rgb, flow), temperatures, strict=True):
        assert temperature == fit_temperature(scores.logits[rows], scores.labels[rows])
    scaled = [scores.logits / t for scores, t in zip((rgb, flow), temperatures, strict=True)]
    np.testing.assert_allclose(fused.logits, blend(*scaled, 0.5, average), rtol=1e-5)


def test_a_loud_and_useless_stream_does_not_outvote_a_calibrated_good_one():
    parts = ("validation",) * 60 + ("test",) * 60
    loud, good = make_scores(0, parts), make_scores(1, parts)
    loud.logits[:] *= 20
    good.logits[np.arange(120), good.labels] += 2
    plain, calibrated = (
        fuse_scores(loud, good, NO_JOINT, FuseConfig(calibrate=calibrate)).of("test")
        for calibrate in (False, True)
    )
    accuracies = [micro_accuracy(fused.logits, fused.labels) for fused in (plain, calibrated)]
    assert accuracies[0] < 0.5
    assert accuracies[1] > 0.8


def test_streams_with_different_clips_are_refused():
    rgb = make_scores(0)
    with pytest.raises(ScoresError, match="clip4"):
        fuse_scores(rgb, rgb.take(np.arange(4)), NO_JOINT, FuseConfig())


def test_weights_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ParamsError, match="sum to 1"):
        validate(FuseConfig, {"weights": [0.5, 0.6]}, "params.yaml")


def test_flows_own_way_of_seeing_stands_below_the_fused_protocol():
    rgb, flow = make_scores(0), make_scores(1)
    assert "flow" not in fuse_scores(rgb, flow, NO_JOINT, FuseConfig()).protocol
    other = replace(flow, protocol=flow.protocol | {"views": "three_crops"})
    fused = fuse_scores(rgb, other, NO_JOINT, FuseConfig()).protocol
    assert fused["flow"] == other.protocol
