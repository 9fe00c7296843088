import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from training.tiny_phase import make_config, train_phase

from pipeline.params import write_section
from pipeline.training.curve import read_curve
from pipeline.training.distributed import Group, parallelise
from pipeline.training.errors import TrainingError
from pipeline.training.launch import Launch, read_launch

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("train_in_group.py")
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def start(data_dir, out, config, *, launcher=(), killed=-1):
    out.mkdir(exist_ok=True)
    write_section(out / "config.yaml", config)
    arguments = [str(data_dir), str(out), str(out / "config.yaml"), str(killed)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    with (out / "output.txt").open("w") as output:
        return subprocess.Popen(
            [sys.executable, *launcher, str(SCRIPT), *arguments],
            cwd=out,
            env=environment,
            stdout=output,
            stderr=output,
        )


def test_what_torchrun_says_of_a_process_is_read():
    environ = {"RANK": "3", "LOCAL_RANK": "1", "WORLD_SIZE": "4"}
    assert read_launch(environ) == Launch(rank=3, local_rank=1, world=4)
    assert read_launch({}) is None


def test_several_processes_on_cpus_cannot_gather_batch_norm_statistics():
    model = torch.nn.Sequential(torch.nn.BatchNorm3d(2))
    with pytest.raises(TrainingError, match="batch_norm: frozen"):
        parallelise(model, Group(rank=0, world=2, device=torch.device("cpu")))


@pytest.mark.slow
@pytest.mark.parametrize("accumulate", [1, 2])
def test_two_processes_learn_what_one_learns(data_dir, tmp_path, accumulate):
    config = make_config(batch_norm="frozen", accumulate=accumulate)
    alone = train_phase(config, data_dir, tmp_path / "alone")
    together = start(data_dir, tmp_path / "together", config, launcher=TORCHRUN)
    assert together.wait(60) == 0, (tmp_path / "together" / "output.txt").read_text()
    expected = read_curve(alone.curve)
    found = read_curve(tmp_path / "together" / "train.csv")
    assert found == [pytest.approx(row, rel=0, abs=1e-5) for row in expected]
    assert expected[0]["train/gaze_mse"] > 0


@pytest.mark.slow
def test_a_phase_killed_with_its_process_goes_on_to_the_same_curve(data_dir, tmp_path):
    config = make_config()
    undisturbed = train_phase(config, data_dir, tmp_path / "undisturbed")
    out = tmp_path / "killed"
    killed = start(data_dir, out, config, killed=0)
    assert killed.wait(60) == -signal.SIGKILL
    assert len(list(out.glob("work/scratch/phase/*/last.pt"))) == 1
    assert start(data_dir, out, config).wait(60) == 0, (out / "output.txt").read_text()
    assert (out / "train.csv").read_text() == undisturbed.curve.read_text()
    assert (out / "model.pt").read_bytes() == undisturbed.model.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_one_killed_process_ends_all_within_30_seconds(data_dir, tmp_path, killed):
    config = make_config(batch_norm="frozen", epochs=2000)
    torchrun = start(data_dir, tmp_path, config, launcher=TORCHRUN, killed=killed)
    ended = []
    psutil.wait_procs(
        wait_for_children(torchrun.pid, 2),
        timeout=60,
        callback=lambda _child: ended.append(time.monotonic()),
    )
    assert torchrun.wait(10) != 0
    assert len(ended) == 2
    assert max(ended) - min(ended) < 30


@pytest.mark.slow
def test_the_processes_end_with_torchrun_however_it_ends(data_dir, tmp_path):
    config = make_config(batch_norm="frozen", epochs=2000)
    torchrun = start(data_dir, tmp_path, config, launcher=TORCHRUN)
    children = wait_for_children(torchrun.pid, 2)
    time.sleep(8)  # they say how they want to end when they have started
    torchrun.kill()
    torchrun.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []


def wait_for_children(pid, count):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        children = psutil.Process(pid).children()
        if len(children) == count:
            return children
        time.sleep(0.1)
    raise TimeoutError(f"{pid} started no {count} processes")
