import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks.models.cases import Case, Published, agrees
from benchmarks.models.cost import Cost, build, count_cost
from benchmarks.models.egocentric import IGA
from benchmarks.models.grid import grid_case, grid_cases
from benchmarks.models.latency import Clock, list_clocks, time_clips
from benchmarks.models.papers import PAPERS
from benchmarks.models.rows import Refused, Row, describe, measure, try_to_measure
from benchmarks.models.table import format_grid, format_options, format_papers
from benchmarks.models.w3_options import BASELINE, CBAM, W3_OPTIONS
from pipeline.models.attention_params import ATTENTIONS
from pipeline.models.backbone_facts import FACTS

REPOSITORY = Path(__file__).resolve().parents[1]


def made_row(*, name="made", gflops=32.7, parameters=23_864_558, printed="33", note="why") -> Row:
    published = Published("a paper", parameters="23.9", gflops=printed)
    case = Case(name, "tsm_resnet50", frames=8, classes=174, published=published, note=note)
    return Row(case, Cost(parameters, {"backbone": parameters}, gflops, {"aten.mul": 1.5}), {})


@pytest.mark.parametrize(
    ("value", "printed", "expected"),
    [
        (32.697, "33", True),
        (33.5, "33", True),
        (33.6, "33", False),
        (65.394, "65.0", False),
        (12.697264, "12.697264", True),
        (12.697265, "12.697264", False),
    ],
)
def test_a_count_agrees_where_it_could_have_been_printed_so(value, printed, expected):
    assert agrees(value, printed) == expected


def test_multiply_adds_and_parameters_are_those_of_a_count_by_hand():
    network = nn.Sequential(
        nn.Conv3d(3, 4, (3, 1, 1), padding=(1, 0, 0), groups=1, bias=False),
        nn.Conv3d(4, 4, 1, groups=4),
        nn.AvgPool3d((1, 5, 6)),
        nn.Flatten(),
        nn.Linear(4 * 7, 2),
    )
    cost = count_cost(network, [(3, 7, 5, 6)])
    cells = 7 * 5 * 6
    assert cost.gflops * 1e9 == pytest.approx(cells * 4 * 3 * 3 + cells * 4 + 4 * 7 * 2)
    assert cost.parameters == 4 * 3 * 3 + (4 + 4) + (4 * 7 * 2 + 2)
    assert cost.parts == {"0": 36, "1": 8, "4": 58}
    assert cost.uncounted == {"aten.avg_pool3d": pytest.approx(cells * 4 / 1e6)}


def test_products_of_matrices_within_an_attention_are_counted():
    class Gathers(nn.Module):
        def forward(self, x):
            flat = x.flatten(2)
            return torch.einsum("bcn,bdn->bcd", flat, flat).softmax(dim=-1) @ flat

    cost = count_cost(Gathers(), [(4, 3, 2, 5)])
    assert cost.gflops * 1e9 == pytest.approx(2 * 4 * 4 * 30)
    assert list(cost.uncounted) == ["aten._softmax"]


def test_counting_computes_nothing_and_leaves_the_network_as_it_was():
    network = nn.Sequential(nn.Conv3d(2, 3, 1), nn.BatchNorm3d(3)).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    count_cost(network, [(2, 1000, 4096, 4096)])
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert network(torch.ones(1, 2, 1, 2, 2)).isfinite().all()


def test_a_second_backbone_sees_flow_and_its_parameters_count():
    assert IGA.clips == [(3, 24, 224, 224), (2, 24, 224, 224)]
    names = {name.partition(".")[0] for name, _ in build(IGA).named_parameters()}
    assert names == {"backbone_rgb", "backbone_flow", "attention", "head"}


def test_every_attention_is_tried_on_every_backbone_at_places_that_exist():
    cases = grid_cases()
    pairs = [(case.backbone, case.attention) for case in cases]
    assert pairs == [(backbone, attention) for backbone in FACTS for attention in ATTENTIONS]
    for case in cases:
        assert FACTS[case.backbone].resolve(case.after) or case.attention == "none"


def test_a_backbone_without_the_published_places_has_the_attention_at_its_end():
    assert grid_case("i3d", "nonlocal").after == ("last",)
    assert grid_case("tsm_resnet50", "nonlocal").after[0] == "layer2.0"
    assert grid_case("i3d_resnet18", "nonlocal").after == ("layer2.0", "layer3.0")


def test_a_pair_that_makes_no_sense_is_refused_with_one_line():
    found = try_to_measure(grid_case("tsm_mobilenetv2", "iga"), [])
    assert isinstance(found, Refused)
    assert "\n" not in found.reason
    assert found.reason.startswith("iga")
    assert f"refused: tsm_mobilenetv2 iga: {found.reason}" in format_grid([], [found])


def test_a_case_is_measured_with_its_parts():
    case = replace(grid_case("tsm_mobilenetv2", "cbam"), frames=2, crop=33, classes=5)
    row = measure(case, [])
    assert set(row.cost.parts) == {"backbone", "attention", "head"}
    assert sum(row.cost.parts.values()) == row.cost.parameters
    assert row.cost.parts["head"] == 1280 * 5 + 5
    assert row.ratios == {}
    assert json.loads(json.dumps(describe(row)))["backbone"] == "tsm_mobilenetv2"


def test_a_figure_beyond_rounding_is_starred_and_explained():
    near, far = made_row(name="near"), made_row(name="far", printed="34.0", note="they count more")
    assert near.misses == []
    assert far.misses == ["gflops"]
    text = format_papers([near, far])
    assert "0.962*" in text
    assert "* far: they count more" in text
    assert "why" not in text


def test_options_are_compared_with_tsm_and_with_cbam():
    rows = [made_row(name=name, gflops=10 + 2 * n) for n, name in enumerate(("tsm", "cbam", "w3"))]
    last = format_options(rows).splitlines()[3].split()
    assert last[0] == "w3"
    assert [last[3], last[5]] == ["4.000", "2.000"]


def test_the_time_of_a_clip_is_the_median_without_the_first():
    readings = iter([0.0, 9.0, 10.0, 10.001, 20.0, 20.005, 30.0, 30.002])
    clock = Clock("made", "cpu", repeats=3, read=lambda: next(readings))
    assert time_clips(nn.Identity(), [(1, 2, 3, 4)], clock) == pytest.approx(2.0)


def test_the_cpu_is_always_timed():
    names = [clock.name for clock in list_clocks(repeats=1)]
    assert names == (["cpu", "gpu"] if torch.cuda.is_available() else ["cpu"])


def test_w3s_options_stand_beside_tsm_and_cbam_with_the_same_clips():
    assert {case.clips[0] for case in (BASELINE, CBAM, *W3_OPTIONS)} == {(3, 16, 224, 224)}
    assert [case.options["channel_time"] for case in W3_OPTIONS] == [
        *("depthwise", "depthwise", "bottleneck", "full")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("case", PAPERS, ids=lambda case: case.name)
def test_a_published_network_costs_what_was_published_or_a_note_says_why(case):
    row = measure(case, [])
    assert row.ratios or case.published is None
    assert not row.misses or case.note


@pytest.mark.slow
def test_the_benchmark_writes_results_and_a_plot(tmp_path):
    out = tmp_path / "models.json"
    options = ["--parts", "papers", "grid", "--only", "MobileNet", "--latency", "--repeats", "1"]
    command = [sys.executable, "-m", "benchmarks.models", *options, "--out", str(out)]
    found = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert "MobileNetV2, one picture" in found.stdout
    results = json.loads(out.read_text())
    assert (results["threads"], results["repeats"], results["grid"]) == (1, 1, [])
    (row,) = results["papers"]
    assert row["milliseconds"]["cpu"] > 0
    assert row["parameters"] == 3_504_872
    assert out.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
