import re
from dataclasses import replace

import pytest
from reporting.made_run import CONFIG

from pipeline.reporting.metrics_file import interval_name
from pipeline.reporting.published import MARKS, own_mark, protocol_mark, read_published
from pipeline.reporting.results import EarlierRun, ResultRow, arrange, earlier_results
from pipeline.reporting.sections.results import results_section
from pipeline.statistics.bootstrap import Interval

PARAMS = {"seed": 1, "model.attention": "stam", "report.overlay_clips": 8}
METRICS = {"test/clips": 60.0, "test/chance": 0.1, "test/fused/micro": 0.5, "test/rgb/micro": 0.4}


def row(attention, micro=0.5, *, is_this_run=False):
    shares = dict.fromkeys(("rgb", "flow", "fused"), micro)
    intervals = {("fused", "micro"): Interval(micro - 0.1, micro + 0.1)}
    return ResultRow(attention, shares, shares, intervals, f"run of {attention}", "", is_this_run)


def show(*rows, published=(), config=CONFIG, views="centre"):
    protocol = {"split": config.split, "views": views, "clips": {"name": "windows"}}
    return results_section(list(rows), published, config, protocol)


def cells(page):
    cells = re.findall(r"<td>(.*?)</td>", page)
    return [re.sub(r"<[^>]*>", " ", cell).split() for cell in cells]


def test_the_baseline_stands_first_and_this_run_replaces_its_own_method():
    this = row("stam", 0.7, is_this_run=True)
    rows = arrange(this, [row("stam", 0.1), row("w3"), row("none", 0.3), row("none", 0.2)])
    assert [(r.attention, r.micro["rgb"]) for r in rows] == [
        *(("none", 0.3), ("stam", 0.7), ("w3", 0.5)),
    ]


def test_gains_are_given_over_no_attention():
    found = cells(show(row("none", 0.4), row("stam", 0.55, is_this_run=True)))
    assert found[0] == ["40.0", "%"]
    assert found[6] == ["55.0", "%", "(+15.0)"]


def test_intervals_and_protocol_marks_stand_beside_the_numbers():
    page = show(row("stam", 0.5, is_this_run=True))
    assert cells(page)[4] == ["50.0", "%", "40.0–60.0"]
    assert re.search("with stam <span[^>]*>split 1</span>", page)
    assert "split 1: the official split 1." in page


def test_a_lone_method_says_how_to_get_another():
    assert "model.attention=none" in show(row("stam", is_this_run=True))
    assert "model.attention=stam" in show(row("none", is_this_run=True))
    assert "stages.compare" in show(row("none"), row("stam", is_this_run=True))


def test_a_stream_that_an_earlier_run_lacked_is_a_dash():
    partial = replace(row("none", 0.4), micro={"fused": 0.4}, macro={}, intervals={})
    found = cells(show(partial, row("stam", is_this_run=True)))
    assert found[:6] == [["–"], ["–"], ["–"], ["–"], ["40.0", "%"], ["–"]]


def parent(**changes):
    params = {"seed": "1", "model.attention": "none", "report.overlay_clips": "4"}
    params |= {key.replace("_", "."): value for key, value in changes.items()}
    return EarlierRun("frisky-otter", "http://x", params, METRICS)


def test_runs_that_differ_in_attention_and_report_only_are_comparable():
    (found,) = earlier_results([parent()], PARAMS, METRICS)
    assert (found.attention, found.micro) == ("none", {"rgb": 0.4, "fused": 0.5})
    assert found.intervals == {}


def test_intervals_of_earlier_runs_come_from_their_metrics():
    ends = {
        interval_name("fused", "micro", end): value for end, value in (("low", 0.3), ("high", 0.6))
    }
    earlier = replace(parent(), metrics=METRICS | ends)
    (found,) = earlier_results([earlier], PARAMS, METRICS)
    assert found.intervals == {("fused", "micro"): Interval(0.3, 0.6)}


@pytest.mark.parametrize("changed", ["test/clips", "test/chance"])
def test_runs_on_other_test_clips_are_not_comparable(changed):
    assert earlier_results([parent()], PARAMS, METRICS | {changed: 0.77}) == []


def test_what_only_the_page_shows_may_differ_and_what_an_accuracy_means_may_not():
    def beside(**change):
        params = parent().params | {key.replace("__", "."): value for key, value in change.items()}
        return earlier_results([replace(parent(), params=params)], PARAMS, METRICS)

    assert beside(report__overlay_clips="2")
    assert beside(explain__steps="2")
    assert beside(report__missing_classes="zero") == []


def test_runs_with_another_seed_or_further_params_are_not_comparable():
    others = [parent(seed="2"), parent(new_key="3")]
    assert earlier_results(others, PARAMS, METRICS) == []


def test_a_run_that_is_no_pipeline_is_passed_over():
    assert earlier_results([EarlierRun("x", "", {}, {})], PARAMS, METRICS) == []


def test_published_figures_are_shares_of_a_known_protocol_with_a_source():
    rows = read_published("egtea")
    assert any((r.method, r.micro, r.macro) == ("STAM two-stream", 68.60, 60.54) for r in rows)
    for each in rows:
        assert each.protocol in MARKS
        assert each.source
        assert all(0 < value < 100 for value in (each.micro, each.macro) if value is not None)
        assert each.gaze in ("none", "training", "test")


def test_ours_stands_among_the_papers_on_egtea_alone():
    this = row("stam", 0.68, is_this_run=True)
    egtea = CONFIG.model_copy(update={"dataset": "egtea"})
    page = show(this, published=read_published("egtea"), config=egtea)
    assert "stam, fused" in page
    assert "split 1 wide: split 1 with clips widened" in page
    assert "papers report EGTEA Gaze+, and this is kitchen" in show(this)


def test_a_protocol_without_a_mark_is_named():
    assert protocol_mark("my_parts")[0] == "my_parts"


@pytest.mark.parametrize(
    ("views", "clips", "mark"),
    [
        ("centre", {"name": "windows", "frames": 16, "stride": 8}, "split 1"),
        ("centre", {"name": "segments", "frames": 8, "twice": False}, "split 1"),
        ("centre", {"name": "segments", "frames": 8, "twice": True}, "split 1 ×2"),
        ("three_crops", {"name": "segments", "frames": 8, "twice": True}, "split 1 ×6"),
        ("ten_crops", {"name": "uniform", "frames": 25}, "split 1 ×10"),
        ("centre", {"name": "stacks", "stacks": 5}, "split 1 ×5"),
        ("full", {"name": "uniform", "frames": 25}, "split 1 full"),
    ],
)
def test_more_views_than_one_are_a_protocol_of_their_own(views, clips, mark):
    record = {"split": "official_split1", "views": views, "clips": clips}
    assert own_mark(record)[0] == mark


def test_flow_that_is_seen_in_another_way_stands_in_the_mark():
    one, five = {"name": "uniform"}, {"name": "stacks", "stacks": 5}
    record = {"split": "official_split1", "views": "centre", "clips": one}
    flow = {"views": "centre", "clips": five}
    assert own_mark(record | {"flow": flow})[0] == "split 1 ×1, flow ×5"
    assert own_mark(record | {"flow": {"views": "centre", "clips": one}})[0] == "split 1"


def test_thirty_views_have_the_mark_of_the_papers_with_as_many():
    clips = {"name": "stacks", "stacks": 10}
    found = own_mark({"split": "official_split1", "views": "three_crops", "clips": clips})
    assert found == MARKS["split1_many_views"]


def test_our_ten_crops_do_not_stand_under_the_mark_of_a_papers_single_one():
    egtea = CONFIG.model_copy(update={"dataset": "egtea"})
    this = row("stam", 0.68, is_this_run=True)
    page = show(this, published=read_published("egtea"), config=egtea, views="ten_crops")
    (ours,) = re.findall(r"<tr><th[^>]*>stam, fused.*?</tr>", page)
    assert "split 1 ×10" in ours
    assert "split 1 ×10: the official split 1, 10 views of each clip" in page
    assert re.search("with stam <span[^>]*>split 1 ×10<", page)
