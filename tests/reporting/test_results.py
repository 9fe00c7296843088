import re

import pytest

from pipeline.reporting.results import EarlierRun, ResultRow, arrange, earlier_results
from pipeline.reporting.sections import results_section

PARAMS = {"seed": 1, "model.attention": "stam", "report.overlay_clips": 8}
METRICS = {"test/clips": 60.0, "test/chance": 0.1, "test/fused/micro": 0.5, "test/rgb/micro": 0.4}


def row(attention, micro=0.5, *, is_this_run=False):
    shares = dict.fromkeys(("rgb", "flow", "fused"), micro)
    return ResultRow(attention, shares, shares, f"run of {attention}", "", is_this_run)


def cells(page):
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", page)]


def test_the_baseline_stands_first_and_this_run_replaces_its_own_method():
    this = row("stam", 0.7, is_this_run=True)
    rows = arrange(this, [row("stam", 0.1), row("w3"), row("none", 0.3), row("none", 0.2)])
    assert [(r.attention, r.micro["rgb"]) for r in rows] == [
        *(("none", 0.3), ("stam", 0.7), ("w3", 0.5)),
    ]


def test_gains_are_given_over_no_attention():
    page = results_section([row("none", 0.4), row("stam", 0.55), row("w3", 0.4)])
    assert cells(page)[0] == "40.0 %"
    assert cells(page)[7] == "55.0 % (+15.0)"
    assert cells(page)[14] == "40.0 % (+0.0)"


def test_a_lone_method_says_how_to_get_another():
    assert "model.attention=none" in results_section([row("stam")])
    assert "model.attention=stam" in results_section([row("none")])


def test_a_stream_that_an_earlier_run_lacked_is_a_dash():
    partial = ResultRow("none", {"fused": 0.4}, {}, "r", "", is_this_run=False)
    found = cells(results_section([partial, row("stam")]))
    assert found[:6] == ["–", "–", "–", "–", "40.0 %", "–"]
    assert found[7] == "50.0 %"


def parent(**changes):
    params = {"seed": "1", "model.attention": "none", "report.overlay_clips": "4"}
    params |= {key.replace("_", "."): value for key, value in changes.items()}
    return EarlierRun("frisky-otter", "http://x", params, METRICS)


def test_runs_that_differ_in_attention_and_report_only_are_comparable():
    found = earlier_results([parent()], PARAMS, METRICS)
    assert [(r.attention, r.micro) for r in found] == [("none", {"rgb": 0.4, "fused": 0.5})]


@pytest.mark.parametrize("changed", ["test/clips", "test/chance"])
def test_runs_on_other_test_clips_are_not_comparable(changed):
    assert earlier_results([parent()], PARAMS, METRICS | {changed: 0.77}) == []


def test_runs_with_another_seed_or_further_params_are_not_comparable():
    others = [parent(seed="2"), parent(new_key="3")]
    assert earlier_results(others, PARAMS, METRICS) == []


def test_a_run_that_is_no_pipeline_is_passed_over():
    assert earlier_results([EarlierRun("x", "", {}, {})], PARAMS, METRICS) == []
