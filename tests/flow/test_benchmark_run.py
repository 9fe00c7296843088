import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.flow import accuracy
from benchmarks.flow.accuracy import measure_set
from benchmarks.flow.cases import BASELINE, Case, list_cases, main_cases
from benchmarks.flow.rows import Row, compare_presets, headline
from benchmarks.flow.scenes import Pair, Truth
from pipeline.progress import Progress

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def pairs(view) -> list[Pair]:
    images = np.stack([view(0, 0), view(2, 1)])
    flow = np.broadcast_to(np.float32([2, 1]), (48, 64, 2))
    is_scored = np.zeros((48, 64), bool)
    is_scored[10:-10, 10:-10] = True
    return [Pair("shift", images, Truth(flow, is_scored)), Pair("unknown", images[::-1], None)]


def measure(pairs) -> list[Row]:
    with Progress("flow", 4, "pair") as progress:
        return measure_set("medium", pairs, list_cases(["opencv"]), progress)


def test_the_baseline_is_one_time_itself_at_no_distance(pairs):
    for row in measure(pairs):
        assert row.case == BASELINE
        assert row.ratio_to_opencv == 1
        assert row.distance_to_opencv == row.distance_p99 == 0
        assert row.energy == row.energy_of_opencv
        assert row.epe == row.epe_of_opencv < 0.1
        assert row.above_1px == 0
        assert (row.pairs, row.clock) == (2, "cpu")


def test_a_device_gets_the_set_at_once_and_is_timed_by_the_wall(pairs, monkeypatch):
    expected = measure(pairs)
    monkeypatch.setattr(accuracy, "runs_on_device", lambda backend: backend == "opencv")
    monkeypatch.setattr(accuracy, "PAIRS_OF_A_DEVICE_CALL", 3)
    for row, alone in zip(measure(pairs), expected, strict=True):
        assert row.clock == "wall"
        assert row.ms_per_pair == row.wall_ms_per_pair
        assert (row.pairs, row.epe, row.energy) == (2, alone.epe, alone.energy)


def test_the_headline_is_the_medium_set_by_opencvs_preset(pairs):
    rows = measure(pairs)
    found = headline(rows, [BASELINE])["opencv"]
    expected = next(row for row in rows if row.preset == "opencv")
    assert found["ms_per_pair"] == expected.ms_per_pair
    assert found["epe"] == expected.epe
    assert [gain.epe_wide for gain in compare_presets(rows)] == [rows[1].epe]


def test_a_backend_is_shown_with_the_cpus_semantics_where_it_has_them():
    cases = [Case("a", "opencv_cuda"), Case("a", "opencv_cpu"), Case("b", "opencv_cuda")]
    assert main_cases(cases) == [Case("a", "opencv_cpu"), Case("b", "opencv_cuda")]


@pytest.mark.slow
def test_the_benchmark_writes_results_and_a_plot(tmp_path):
    out = tmp_path / "flow.json"
    options = "--pairs 1 --sets medium --backends opencv --parts start --out"
    command = [sys.executable, "-m", "benchmarks.flow", *options.split(), str(out)]
    found = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert "ratio" in found.stdout
    results = json.loads(out.read_text())
    assert results["backends"]["opencv"]["ratio_to_opencv"] == 1
    assert set(results["backends"]["opencv"]) >= {"ms_per_pair", "epe", "distance_to_opencv"}
    assert results["start"]["opencv"]["peak_mib"] > 0
    assert len(results["rows"]) == 2
    assert out.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
