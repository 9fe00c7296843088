import csv
import json
from pathlib import Path

import numpy as np
import pytest
from gaze_metrics.made_set import (
    NUM_FRAMES,
    SESSIONS,
    copy_gaze,
    look_away,
    no_gaze,
    write_explanation,
    write_set,
)

from pipeline.clips.store import ClipStore
from pipeline.evaluation.explain import ExplainError
from pipeline.gaze_metrics import summary
from pipeline.gaze_metrics.measure import BETTER
from pipeline.gaze_metrics.params import GazeMetricsConfig
from pipeline.gaze_metrics.summary import NO_GAZE, NO_MAPS
from pipeline.gaze_metrics.write import read_means, work_key, write_metrics

CONFIG = GazeMetricsConfig(field_of_view_degrees=60.0)
BASELINES = {"uniform", "centre", "training_gaze"}


def run(store: ClipStore, explanation: Path, config: GazeMetricsConfig = CONFIG):
    """Return the table's rows and the summary."""
    folder = explanation.parent
    table, record = folder / "rgb.csv", folder / "rgb.json"
    write_metrics(store, explanation, config, table, record)
    with table.open(newline="") as file:
        return list(csv.DictReader(file)), json.loads(record.read_text())


@pytest.fixture(autouse=True, scope="module")
def few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary, "NUM_RESAMPLES", 200)
        yield


@pytest.fixture
def store(tmp_path) -> ClipStore:
    return write_set(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return store, rows and summary of a set with all kinds of maps."""
    folder = tmp_path_factory.mktemp("whole")
    store = write_set(folder)
    path = write_explanation(folder / "explain" / "rgb.h5", store, sampled=["one-2", "two-3"])
    return store, *run(store, path)


def test_every_test_clip_has_a_row_of_each_kind_of_map(whole):
    store, rows, record = whole
    kinds = {"attention", "attention_inter_window", *BASELINES}
    found = {(row["clip"], row["kind"]) for row in rows}
    tests = [clip.name for clip in store.clips if clip.part == "test"]
    sampled = {"grad_cam", "grad_cam_inter_window"}
    expected = {(name, kind) for name in tests for kind in kinds}
    assert found == expected | {(name, kind) for name in ("one-2", "two-3") for kind in sampled}
    assert {row["part"] for row in rows} == {"test"}
    assert list(record["kinds"]) == [
        *("attention", "attention_inter_window", "grad_cam", "grad_cam_inter_window"),
        *("uniform", "centre", "training_gaze"),
    ]


def test_the_summary_is_the_mean_over_clips_and_the_paired_difference(whole):
    _, rows, record = whole
    values = {
        kind: np.array([float(row["nss"]) for row in rows if row["kind"] == kind])
        for kind in ("attention", "attention_inter_window", "centre", "training_gaze")
    }
    metric = record["kinds"]["attention"]["metrics"]["nss"]
    assert metric["mean"] == pytest.approx(values["attention"].mean(), rel=1e-4)
    assert metric["interval"][0] < metric["mean"] < metric["interval"][1]
    others = {name: name for name in ("centre", "training_gaze")}
    for label, kind in {**others, "inter_window": "attention_inter_window"}.items():
        difference = (values["attention"] - values[kind]).mean()
        assert metric["minus"][label]["mean"] == pytest.approx(difference, rel=1e-4)


def test_maps_that_follow_the_gaze_are_above_every_baseline(whole):
    record = whole[2]
    own = record["kinds"]["attention"]["metrics"]
    for kind in ("attention_inter_window", "uniform", "centre", "training_gaze"):
        other = record["kinds"][kind]["metrics"]
        for name in set(BETTER) - {"recall"}:  # all cells named have recall 1
            sign = 1 if BETTER[name] == "higher" else -1
            assert sign * own[name]["mean"] > sign * other[name]["mean"], (kind, name)
    assert own["auc_shuffled"]["mean"] > 0.9
    assert record["kinds"]["uniform"]["metrics"]["auc_judd"]["mean"] == 0.5


def test_frames_that_do_not_count_are_counted_by_reason(whole):
    _, rows, record = whole
    gaze = record["gaze"]
    assert gaze["frames"] == 6 * NUM_FRAMES
    assert gaze["frames_counted"] + sum(gaze["frames_skipped"].values()) == gaze["frames"]
    assert gaze["frames_skipped"]["blink"] > 0
    frames = [int(row["frames"]) for row in rows if row["kind"] == "attention"]
    assert sum(frames) == gaze["frames_counted"] == record["kinds"]["attention"]["frames"]


def test_gaze_of_test_clips_chooses_no_threshold(tmp_path, store):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store)
    before = run(store, path)[1]
    other = write_set(tmp_path / "other", seed=9)
    for session in SESSIONS:
        copy_gaze(other.clips_dir / f"{session}.h5", store.clips_dir / f"{session}.h5", rows=(2, 3))
    after = run(ClipStore(store.clips_dir, "rgb"), path)[1]
    for kind in before["kinds"]:
        assert after["kinds"][kind]["threshold"] == before["kinds"][kind]["threshold"]
    assert after["kinds"]["attention"]["metrics"] != before["kinds"]["attention"]["metrics"]


def test_the_inter_window_baseline_has_the_threshold_of_its_maps(whole):
    record = whole[2]
    own, other = (record["kinds"][kind] for kind in ("attention", "attention_inter_window"))
    assert own["threshold"] == other["threshold"]
    assert own["threshold"]["chosen_on"] == "validation"
    assert own["threshold"]["clips"] == 3


def test_without_a_validation_part_f1_is_null_with_the_reason(tmp_path):
    store = write_set(tmp_path, parts=("train", "train", "test", "test"))
    rows, record = run(store, write_explanation(tmp_path / "explain" / "rgb.h5", store))
    attention = record["kinds"]["attention"]
    assert attention["threshold"] is None
    assert attention["metrics"]["f1"] is None
    assert "validation" in attention["missing"]["f1"]
    assert {row["f1"] for row in rows} == {""}
    assert attention["glc_compat"]["chosen_on"] == "test"


def test_a_clip_whose_gaze_is_all_outside_of_the_map_counts_as_0_in_glc_compat_alone(
    tmp_path, store
):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store, sampled=["one-2", "one-3"])
    before = run(store, path)[1]["kinds"]
    look_away(store.clips_dir / "one.h5", row=2)
    after = run(ClipStore(store.clips_dir, "rgb"), path)[1]["kinds"]
    for kind in ("attention", "centre", "grad_cam"):
        own, other = after[kind], before[kind]
        assert own["clips"] == other["clips"] - 1
        assert own["glc_compat"]["fixations"] == other["glc_compat"]["fixations"], kind
        assert own["glc_compat"]["whole"]["recall"] < other["glc_compat"]["whole"]["recall"]


def test_without_a_field_of_view_there_are_no_angles(tmp_path, store):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store)
    _, record = run(store, path, GazeMetricsConfig(field_of_view_degrees=None))
    attention = record["kinds"]["attention"]
    assert attention["metrics"]["angle_peak"] is None
    assert "field_of_view" in attention["missing"]["angle_peak"]


def test_without_training_gaze_there_is_no_map_of_it(tmp_path, store):
    no_gaze(tmp_path / "clips", "train")
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store)
    _, record = run(ClipStore(tmp_path / "clips", "rgb"), path)
    assert set(record["kinds"]) == {"attention", "attention_inter_window", "uniform", "centre"}


def test_a_stream_without_maps_has_an_empty_table_and_a_reason(tmp_path, store):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store, with_attention=False)
    rows, record = run(store, path)
    assert rows == []
    assert (record["reason"], record["kinds"]) == (NO_MAPS, {})
    assert read_means(path.parent / "rgb.json") == {}


def test_a_set_without_gaze_has_no_numbers_and_a_reason(tmp_path, store):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store)
    no_gaze(tmp_path / "clips")
    rows, record = run(ClipStore(tmp_path / "clips", "rgb"), path)
    assert (record["reason"], record["kinds"]) == (NO_GAZE, {})
    assert record["gaze"]["frames_skipped"]["no_sample"] == 6 * NUM_FRAMES
    assert {(row["frames"], row["auc_judd"]) for row in rows} == {("0", "")}


def test_the_only_clip_with_gaze_has_no_negatives(tmp_path, store):
    no_gaze(tmp_path / "clips", "test")
    other = write_set(tmp_path / "other")
    copy_gaze(other.clips_dir / "one.h5", store.clips_dir / "one.h5", rows=(2,))
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store, parts=["test"])
    _, record = run(ClipStore(tmp_path / "clips", "rgb"), path)
    attention = record["kinds"]["attention"]
    assert attention["clips"] == 1
    assert attention["metrics"]["auc_shuffled"] is None
    assert attention["metrics"]["auc_judd"]["interval"] is None


def test_an_absent_explanation_names_the_file(tmp_path, store):
    with pytest.raises(ExplainError, match=r"absent\.h5.*dvc repro explain"):
        run(store, tmp_path / "absent.h5")


def test_means_are_named_for_the_tracking_store(tmp_path, store):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store)
    record = run(store, path)[1]
    means = read_means(path.parent / "rgb.json")
    assert means["gaze/attention/kl"] == record["kinds"]["attention"]["metrics"]["kl"]["mean"]


def test_gaze_maps_and_configuration_are_part_of_the_memo_key(tmp_path, store):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store)
    keys = {work_key(store, path, CONFIG), work_key(store, path, CONFIG)}
    assert len(keys) == 1
    keys.add(work_key(store, path, GazeMetricsConfig(field_of_view_degrees=50.0)))
    no_gaze(tmp_path / "clips", "train")
    keys.add(work_key(store, path, CONFIG))
    write_explanation(path, store, parts=["test"])
    keys.add(work_key(store, path, CONFIG))
    assert len(keys) == 4


def test_the_same_work_gives_the_same_numbers(tmp_path, store, whole):
    path = write_explanation(tmp_path / "explain" / "rgb.h5", store, sampled=["one-2", "two-3"])
    assert run(store, path) == whole[1:]
