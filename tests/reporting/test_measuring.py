import csv
import json

import pytest
from reporting.made_run import CONFIG, LINK, RUN

from pipeline.evaluation.scores import read_scores, write_scores
from pipeline.reporting.metrics_file import flat_metrics
from pipeline.reporting.numbers import percent
from pipeline.reporting.report import describe

GAZE = {
    "reason": None,
    "kinds": {
        "attention": {"metrics": {"nss": {"mean": 1.5, "interval": [1.0, 2.0]}, "f1": None}},
        "centre": {"metrics": {"nss": {"mean": 0.5, "interval": None}}},
    },
}


def test_metrics_json_has_the_keys_of_the_design(run):
    run.measure()
    record = json.loads((run.folders.reports / "metrics.json").read_text())
    assert set(record) == {
        *("rgb", "flow", "joint", "fused", "chance", "num_classes", "num_clips"),
        *("protocol", "overlap", "fingerprint", "intervals", "gaze"),
    }
    for stream in ("rgb", "flow", "fused"):
        assert set(record[stream]) == {"micro", "macro", "top5", "verb", "noun"}
        assert all(0 <= share <= 1 for share in record[stream].values())
    assert record["joint"] is record["intervals"]["joint"] is None
    assert (record["num_classes"], record["num_clips"]) == (4, 4)


def test_accuracies_are_those_of_the_test_part_alone(run):
    path = run.folders.data / "scores" / "fused.h5"
    scores = read_scores(path)
    right = [[9 * (label == k) for k in range(4)] for label in scores.labels]
    right[0] = [0, 0, 0, 9]  # the validation clip is wrong
    scores.logits[:] = right
    write_scores(path, scores)
    assert run.measure().accuracies["fused"].micro == 1.0


def test_every_accuracy_lies_within_its_interval(run):
    record = run.measure().record
    for stream in ("rgb", "flow", "fused"):
        for metric, (low, high) in record["intervals"][stream].items():
            assert 0 <= low <= record[stream][metric] <= high <= 1


def test_chance_is_that_of_the_training_part(run):
    assert run.measure().chance == 0.25  # class 0 of three equal ones: first


def test_the_class_table_has_every_class_and_blanks_where_a_share_is_undefined(run):
    run.measure()
    with (run.folders.reports / "per_class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["num_clips"] for row in rows] == ["1", "2", "1", "0"]
    assert rows[3]["recall"] == ""


def test_gaze_metrics_stand_in_the_record_by_stream_kind_and_name(run):
    (run.folders.reports / "gaze_metrics_rgb.json").write_text(json.dumps(GAZE))
    record = run.measure().record
    assert record["gaze"] == {
        "rgb": {"attention": {"nss": 1.5}, "centre": {"nss": 0.5}},
        "flow": None,
    }
    flat = flat_metrics(record)
    assert flat["gaze/rgb/attention/nss"] == 1.5
    assert "gaze/rgb/centre/nss" not in flat  # a baseline: in the stage's own run


def test_flat_metrics_are_named_by_stream_with_both_ends_of_intervals(run):
    results = run.measure()
    flat = flat_metrics(results.record)
    low, high = results.intervals["fused"]["micro"]
    assert flat["test/fused/micro"] == results.accuracies["fused"].micro
    assert (flat["interval/fused/micro_low"], flat["interval/fused/micro_high"]) == (low, high)
    assert flat["test/chance"] == 0.25
    assert not any("joint" in name for name in flat)


def test_the_printed_table_names_every_stream_chance_page_and_link(run):
    results = run.measure()
    lines = describe(results, run.folders.reports / "index.html", RUN)
    for words in ("Fused", "RGB", "Flow", "25.0 %", "reports/index.html", LINK):
        assert words in lines
    assert "Joint" not in lines
    assert percent(results.accuracies["rgb"].macro) in lines


@pytest.mark.parametrize("policy", ["leave_out", "zero"])
def test_the_missing_class_policy_stands_in_the_protocol(run, policy):
    config = CONFIG.model_copy(update={"missing_classes": policy})
    record = run.measure(config).record
    assert record["protocol"]["missing_classes"] == policy
    assert record["protocol"]["split"] == "official_split1"


def test_what_test_shares_with_training_stands_in_the_record(run):
    assert run.measure(CONFIG).record["overlap"] == {}  # index left no report here
    shared = {"clips": 4, "clips_sharing_frames": 1}
    report = run.folders.data / "index" / "report.json"
    report.write_text(json.dumps({"audit": {"test_in_train": shared}}))
    assert run.measure(CONFIG).record["overlap"] == shared
