import numpy as np
import pytest
from prediction.made_run import NAMES, made_scores, make_run, write_rate
from scipy.special import softmax

from pipeline.evaluation.calibration import fit_temperature
from pipeline.evaluation.scores import no_scores, write_scores
from pipeline.models.digests import sha256
from pipeline.models.trained import write_pass_through
from pipeline.params import ParamsError
from pipeline.prediction.confidence import calibrate, confidences
from pipeline.prediction.errors import PredictionError
from pipeline.prediction.gather import gather_setup
from pipeline.prediction.params import Calibration


def gather(root, wish="auto"):
    return gather_setup(root / "models", root / "data", wish)


def test_a_run_of_both_streams_is_fused_as_it_was(run_dir):
    setup = gather(run_dir)
    config = setup.config
    assert list(config.networks) == ["rgb", "flow"]
    assert config.networks["rgb"].sha256 == sha256(run_dir / "models" / "rgb" / "model.pt")
    assert (config.fusion.average, config.fusion.rgb_weight) == ("logits", 0.5)
    assert config.fusion.temperatures == (1.0, 1.0)
    assert (config.frames_size, config.classes, setup.notes) == (32, NAMES, ())


def test_a_segment_lasts_what_training_clips_do_in_whole_seconds(run_dir):
    assert gather(run_dir).config.length_seconds == 1.0


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [(16.0, 1.0), (15.99, 1.0), (15.0, 2.0), (5.0, 4.0), (4, 4.0), (1000.0, 1.0)],
)
def test_a_segment_lasts_what_clips_of_16_frames_do_at_the_runs_own_rate(tmp_path, rate, seconds):
    write_rate(make_run(tmp_path), rate)
    setup = gather(tmp_path)
    assert (setup.config.length_seconds, setup.notes) == (seconds, ())


@pytest.mark.parametrize("lose", ["no record", "no rate", "other clips"])
def test_a_rate_that_the_run_does_not_tell_is_24_and_noted(tmp_path, lose):
    record = make_run(tmp_path) / "reports" / "metrics.json"
    write_rate(tmp_path, None if lose == "no rate" else 4.0)
    if lose == "no record":
        record.unlink()
    if lose == "other clips":
        record.write_text(record.read_text().replace('"clips.csv": "', '"clips.csv": "0'))
    setup = gather(tmp_path)
    assert setup.config.length_seconds == 1.0
    assert "found no rate of the training videos" in setup.notes[0]
    assert "segments last 1 s, as training clips do at 24 frames a second" in setup.notes[0]


def test_a_record_that_is_no_json_is_an_error(tmp_path):
    record = make_run(tmp_path) / "reports" / "metrics.json"
    record.write_text("<<<<<<< ours")
    with pytest.raises(PredictionError, match=r"metrics\.json: no readable JSON .*repro report"):
        gather(tmp_path)


@pytest.mark.parametrize("wish", ["rgb", "flow"])
def test_one_stream_is_asked_alone(run_dir, wish):
    config = gather(run_dir, wish).config
    assert list(config.networks) == [wish]
    assert config.fusion is None
    assert config.looks_at_flow == (wish == "flow")


def test_the_network_of_both_streams_answers_where_there_is_one(tmp_path):
    config = gather(make_run(tmp_path, with_joint=True)).config
    assert (list(config.networks), config.fusion) == (["joint"], None)


def test_streams_are_fused_late_where_their_network_is_absent(tmp_path):
    make_run(tmp_path, with_joint=True)
    (tmp_path / "models" / "joint.pt").unlink()
    setup = gather(tmp_path)
    assert list(setup.config.networks) == ["rgb", "flow"]
    assert "joint.pt is absent: RGB and flow are fused late" in setup.notes[0]


@pytest.mark.parametrize("lose", [lambda path: path.unlink(), write_pass_through])
def test_rgb_predicts_alone_where_no_flow_network_is(tmp_path, lose):
    make_run(tmp_path)
    lose(tmp_path / "models" / "flow" / "model.pt")
    setup = gather(tmp_path)
    assert list(setup.config.networks) == ["rgb"]
    assert "flow/model.pt is absent: scores are of rgb alone" in setup.notes[0]


def test_a_method_without_flow_needs_no_note(tmp_path):
    setup = gather(make_run(tmp_path, with_flow=False))
    assert (list(setup.config.networks), setup.notes) == (["rgb"], ())


def test_no_network_at_all_names_the_files_that_were_looked_for(tmp_path):
    make_run(tmp_path)
    for name in ("rgb", "flow"):
        (tmp_path / "models" / name / "model.pt").unlink()
    with pytest.raises(PredictionError, match=r"rgb/model\.pt, .*flow/model\.pt; run `dvc repro`"):
        gather(tmp_path)


def test_a_stream_that_the_method_does_not_have_is_no_wish(tmp_path):
    make_run(tmp_path, with_flow=False)
    with pytest.raises(PredictionError, match="the run has rgb, asked for 'flow'"):
        gather(tmp_path, "flow")


def test_numbers_that_the_validation_part_chose_are_read_from_the_fused_scores(tmp_path):
    fusion = gather(make_run(tmp_path, weights="validation", calibrate=True)).config.fusion
    assert (fusion.rgb_weight, fusion.temperatures) == (0.3, (0.5, 2.0))


def test_two_given_weights_are_taken_as_they_are(tmp_path):
    fusion = gather(make_run(tmp_path, weights=(0.25, 0.75), average="probabilities")).config.fusion
    assert (fusion.rgb_weight, fusion.average) == (0.25, "probabilities")


def test_a_choice_that_no_file_tells_is_an_error(tmp_path):
    make_run(tmp_path, weights="validation")
    scores = made_scores()
    scores.protocol.clear()
    write_scores(tmp_path / "data" / "scores" / "fused.h5", scores)
    with pytest.raises(PredictionError, match=r"fused\.h5: found no fusion .*--stream rgb"):
        gather(tmp_path)


def test_a_folder_that_is_no_run_says_so(tmp_path):
    with pytest.raises(ParamsError, match=r"frames\.yaml: no such file; run `dvc repro`"):
        gather(tmp_path)


def test_confidence_is_calibrated_on_the_validation_clips_alone(run_dir):
    own = gather(run_dir).config.calibration
    rows = made_scores().of("validation")
    assert (own.kind, own.num_clips) == ("calibrated", 20)
    assert own.temperature == pytest.approx(fit_temperature(rows.logits, rows.labels))


def test_confidence_is_a_softmax_without_validation_clips_or_scores(tmp_path):
    assert calibrate(made_scores(("test",))).kind == "softmax"
    make_run(tmp_path)
    (tmp_path / "data" / "scores" / "flow.h5").unlink()
    own = gather(tmp_path).config.calibration
    assert (own.kind, own.temperature) == ("softmax", 1.0)
    assert gather(tmp_path, "rgb").config.calibration.kind == "calibrated"


def test_two_streams_are_calibrated_on_their_own_scores_as_they_are_fused(tmp_path):
    make_run(tmp_path, with_joint=True, weights=(0.25, 0.75), average="probabilities")
    (tmp_path / "models" / "joint.pt").unlink()
    rgb, flow = (made_scores(seed=seed).of("validation") for seed in (5, 6))
    for name, seed in {"rgb": 5, "flow": 6, "joint": 7, "fused": 7}.items():
        write_scores(tmp_path / "data" / "scores" / f"{name}.h5", made_scores(seed=seed))
    own = gather(tmp_path).config.calibration
    mixed = np.log(0.25 * softmax(rgb.logits, axis=1) + 0.75 * softmax(flow.logits, axis=1))
    assert own.temperature == pytest.approx(fit_temperature(mixed, rgb.labels), rel=1e-4)
    joint = made_scores(seed=7).of("validation")
    assert own.temperature != pytest.approx(fit_temperature(joint.logits, joint.labels), rel=0.02)


def test_streams_are_divided_by_their_temperatures_before_they_are_calibrated(tmp_path):
    make_run(tmp_path, weights="validation", calibrate=True)
    rows = made_scores().of("validation")
    mixed = rows.logits * np.float32(0.3 / 0.5 + 0.7 / 2.0)
    expected = fit_temperature(mixed, rows.labels)
    assert gather(tmp_path).config.calibration.temperature == pytest.approx(expected, rel=1e-4)


def test_one_streams_scores_do_not_calibrate_two(tmp_path):
    make_run(tmp_path)
    write_scores(tmp_path / "data" / "scores" / "flow.h5", no_scores())
    assert gather(tmp_path).config.calibration.kind == "softmax"


def test_confidences_sum_to_one_and_keep_the_order():
    scores = np.array([3.0, -1.0, 900.0, 2.5], np.float32)
    for temperature in (0.05, 1.0, 20.0):
        sure = confidences(scores, Calibration(temperature=temperature, num_clips=3))
        assert sure.sum() == pytest.approx(1)
        assert sure.argmax() == 2
    plain = confidences(scores[[0, 1, 3]], Calibration())
    expected = np.exp([3.0, -1.0, 2.5]) / np.exp([3.0, -1.0, 2.5]).sum()
    np.testing.assert_allclose(plain, expected, rtol=1e-5)
