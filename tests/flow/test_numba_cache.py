import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from pipeline.flow.numba_tvl1 import cache
from pipeline.flow.numba_tvl1.cache import cache_dir, keep_on_disk

REPOSITORY = Path(__file__).resolve().parents[2]
SOLVE = """
import numpy as np
from pipeline.flow.numba_tvl1 import compute
from pipeline.flow.numba_tvl1.compiled import level_solver, resize
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS
pairs = np.random.default_rng(0).integers(0, 256, (1, 2, 40, 53), np.uint8)
flow = compute(pairs, PRESETS["opencv"], SEMANTICS["opencv_cpu"], 1)
stats = [function.stats for function in (level_solver(400), resize)]
print(sum(sum(s.cache_hits.values()) for s in stats))
print(sum(sum(s.cache_misses.values()) for s in stats))
print(np.abs(flow).sum())
"""


@pytest.fixture
def cache_root(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.core.config, "CACHE_DIR", str(tmp_path / "numba"))
    return tmp_path / "numba"


def make_adder(amount):
    """Return a fresh function that has to be compiled, or found on disk."""

    @numba.njit
    def add(x):
        return x + amount

    return keep_on_disk(add)


def hits(function):
    return sum(function.stats.cache_hits.values())


def solve_elsewhere(repository, cache_root):
    """Run a pair by a process on its own. Returns cache hits, misses and the flow's sum."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache_root)}
    process = subprocess.run(
        [sys.executable, "-c", SOLVE],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found, missed, total = process.stdout.split()
    return int(found), int(missed), total


def test_compiled_code_is_found_again(cache_root):
    assert make_adder(2)(3) == 5
    again = make_adder(2)
    assert again(3) == 5
    assert hits(again) == 1


def test_each_constant_has_code_of_its_own(cache_root):
    assert [make_adder(amount)(3) for amount in (1, 2, 1, 2)] == [4, 5, 4, 5]
    assert len(list(cache_dir().glob("*.nbi"))) == 2


def test_code_of_other_sources_is_not_taken(cache_root, monkeypatch):
    make_adder(2)(3)
    monkeypatch.setattr(cache, "_digest", lambda: "other")
    again = make_adder(2)
    again(3)
    assert hits(again) == 0


def test_the_digest_covers_every_file_of_the_package(tmp_path, monkeypatch):
    shutil.copytree(cache.PACKAGE, tmp_path / "copy")
    monkeypatch.setattr(cache, "PACKAGE", tmp_path / "copy")
    digest = cache._digest.__wrapped__
    seen = {digest()}
    for path in (tmp_path / "copy").glob("*.py"):
        path.write_text(path.read_text() + "\n# changed\n")
        assert digest() not in seen
        seen.add(digest())


def test_code_compiled_with_other_switches_is_not_taken(monkeypatch):
    digest = cache._digest.__wrapped__
    before = digest()
    monkeypatch.setattr(numba.core.config, "BOUNDSCHECK", 1)
    assert digest() != before


def remove():
    shutil.rmtree(cache_dir())


def put_a_file_there():
    remove()
    cache_dir().write_text("")


def name_an_impossible_one():
    numba.core.config.CACHE_DIR = "/proc/none"


def empty_the_files():
    for path in cache_dir().iterdir():
        path.write_bytes(b"")


def cut_the_files():
    for path in cache_dir().iterdir():
        path.write_bytes(path.read_bytes()[:20])


@pytest.mark.parametrize(
    "damage", [remove, put_a_file_there, name_an_impossible_one, empty_the_files, cut_the_files]
)
def test_a_damaged_folder_costs_time_only(cache_root, damage):
    make_adder(2)(3)
    again = make_adder(2)
    damage()
    assert again(3) == 5
    assert make_adder(2)(3) == 5


def test_without_a_named_folder_the_users_own_is_taken(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.core.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir().parent == tmp_path / "fixate" / "numba"


def test_damaged_code_is_replaced(cache_root):
    make_adder(2)(3)
    cut_the_files()
    make_adder(2)(3)
    again = make_adder(2)
    again(3)
    assert hits(again) == 1


@pytest.mark.slow
def test_a_copy_of_the_repository_compiles_nothing(tmp_path):
    """DVC runs experiments in copies of the repository."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(REPOSITORY / "pipeline", copy / "pipeline", copy_function=shutil.copy)
    found, missed, flow = solve_elsewhere(REPOSITORY, tmp_path / "numba")
    assert (found, missed) == (0, 2)
    assert solve_elsewhere(copy, tmp_path / "numba") == (2, 0, flow)


@pytest.mark.slow
def test_processes_may_write_at_the_same_time(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    writers = [
        subprocess.Popen([sys.executable, "-c", SOLVE], cwd=REPOSITORY, env=environment)
        for _ in range(2)
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    found, missed, _ = solve_elsewhere(REPOSITORY, tmp_path / "numba")
    assert (found, missed) == (2, 0)
