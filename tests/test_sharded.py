"""Shards of the stages, as the jobs of an array run them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from faults_run import KITCHEN, Run
from imports import REPOSITORY
from made_configs import FLOW

from pipeline.fanout import ALONE
from pipeline.kitchen.writing import write_kitchen
from pipeline.params import write_section
from pipeline.progress import Progress
from stages.sharded import read_shard

STAGES = ("frames", "flow", "gaze")


@pytest.mark.parametrize("arguments", [["--shard"], ["0/2"], ["--shard", "0/2", "x"], ["--help"]])
def test_other_arguments_are_answered_by_the_usage(arguments):
    with pytest.raises(SystemExit, match=r"usage: python -m stages.frames \[--shard INDEX/COUNT\]"):
        read_shard("frames", arguments)


def test_a_shard_that_is_none_is_answered_by_what_is_expected():
    with pytest.raises(SystemExit, match=r"--shard: found '2/2', expected INDEX/COUNT"):
        read_shard("frames", ["--shard", "2/2"])


@pytest.fixture
def serial(tmp_path: Path) -> Run:
    """Return the undisturbed run of all stages."""
    run = Run(tmp_path / "serial")
    with Progress("kitchen", KITCHEN.sessions, "session") as progress:
        write_kitchen(KITCHEN, run.root, ALONE, progress)
    return run.all()


@pytest.fixture
def indexed(serial: Run, tmp_path: Path) -> Run:
    """Return a run that has come as far as its index."""
    run = Run(tmp_path / "indexed")
    shutil.copytree(serial.root, run.root)
    run.index()
    for name, config in zip(STAGES, (run.frames_config, FLOW, run.gaze_config), strict=True):
        write_section(run.data / "config" / f"{name}.yaml", config)
    return run


def stage(name: str, folder: Path, shard: str) -> str:
    """Run a shard of a stage as a user does; return what it prints."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DVC_")},
        "PYTHONPATH": str(REPOSITORY),
        "FIXATE_WORKERS": "1",
    }
    command = [sys.executable, "-m", f"stages.{name}", "--shard", shard]
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@pytest.mark.slow
def test_after_all_shards_a_whole_run_computes_nothing_and_makes_the_serial_bytes(serial, indexed):
    for name in STAGES:
        before = sorted(indexed.data.iterdir())
        for shard in ("0/2", "1/2"):
            (line,) = stage(name, indexed.folder, shard).splitlines()
            assert line.startswith(f"{name}, shard {shard}: ")
        assert sorted(indexed.data.iterdir()) == before
        assert {path.name for path in indexed.folder.iterdir()} == {"set", "data", ".work"}
        assert list((indexed.folder / ".work" / "shards").iterdir()) == []
        assert getattr(indexed, name)().num_computed == 0
        assert indexed.stores(name) == serial.stores(name)
    assert indexed.quality == serial.quality
