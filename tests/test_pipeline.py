"""The whole graph, as a user runs it, on a small kitchen in a copy of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from imports import REPOSITORY
from official_files import RECIPES, release
from reporting.browsing import drive_report
from ruamel.yaml import YAML

from pipeline.evaluation.scores import read_scores
from pipeline.tables.clips import read_clips

pytestmark = pytest.mark.slow

SMALL = {
    "kitchen": {
        "seed": 3,
        "verbs": 2,
        "nouns": 2,
        "clips": 32,
        "imbalance": 1.5,
        "subjects": 2,
        "sessions": 3,
        "height": 96,
        "width": 128,
        "min_frames": 20,
        "max_frames": 26,
    },
    "frames": {"size": 32, "quality": 95},
    "explain": {"sample_clips": 2, "seed": 0, "place": "auto", "removal": "mean", "steps": 2},
}
EXECUTED = re.compile(r"^Running stage '([^']+)'", re.MULTILINE)


def dvc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    activated = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # the queue calls `dvc`
    environment |= {"FIXATE_WORKERS": "2", "OMP_NUM_THREADS": "1", "PATH": activated}
    command = [sys.executable, "-m", "dvc", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def executed(run: subprocess.CompletedProcess[str]) -> list[str]:
    assert run.returncode == 0, run.stdout + run.stderr
    return EXECUTED.findall(run.stdout)


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


def shorten(recipes: Path) -> None:
    """Let every demo phase take an epoch of small batches of small images."""
    base = recipes / "backbones" / "any.yaml"
    values = YAML(typ="safe").load(base)
    values["phase"] |= {"epochs": 1, "batch_size": 8}
    values["phase"]["augmentation"]["crop"] = values["score"]["protocol"]["crop"] = 28
    YAML().dump(values, base)
    for method in recipes.glob("*.yaml"):
        text = method.read_text(encoding="utf-8")
        method.write_text(re.sub(r"epochs: \d+", "epochs: 1", text), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository with a small kitchen, after one `dvc repro`."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("pipeline", "stages", "recipes"):
        shutil.copytree(
            REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("dvc.yaml", ".dvcignore", ".gitignore", ".dvc/config", ".dvc/.gitignore"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)
    params = YAML(typ="safe").load(REPOSITORY / "params.yaml") | SMALL
    YAML().dump(params, folder / "params.yaml")
    shorten(folder / "recipes" / "demo")
    (folder / ".venv").symlink_to(sys.prefix)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")
    run = dvc(folder, "repro")
    assert run.returncode == 0, run.stdout + run.stderr
    (folder / "output.txt").write_text(run.stdout)
    return folder


def test_the_graph_ends_with_metrics_and_a_page(project):
    metrics = json.loads((project / "reports" / "metrics.json").read_text())
    for stream in ("rgb", "flow", "fused"):
        assert set(metrics[stream]) >= {"micro", "macro", "top5", "verb", "noun"}
        assert all(0 <= metrics[stream][name] <= 1 for name in ("micro", "macro", "top5"))
    assert metrics["joint"] is None
    assert metrics["num_classes"] == 4
    assert "<title>" in (project / "reports" / "index.html").read_text()
    printed = (project / "output.txt").read_text()
    assert "reports/index.html" in printed
    assert "http://127.0.0.1" in printed


def test_a_browser_drives_the_page_of_the_kitchen(project):
    drive_report(project / "reports" / "index.html")


def test_dvc_draws_curves_and_confusions(project):
    run = dvc(project, "plots", "show", "-o", "drawn")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "failed" not in run.stdout + run.stderr
    drawn = (project / "drawn" / "index.html").read_text()
    for name in ("Loss", "Validation accuracy", "Confusions"):
        assert f'"{name}"' in drawn


def test_running_again_executes_only_what_always_runs(project):
    assert executed(dvc(project, "repro")) == ["configure", "report"]


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_clip_given_as_a_video_of_ones_own_has_the_graphs_scores(project, tmp_path):
    scores = read_scores(project / "data" / "scores" / "fused.h5")
    videos = {clip.clip: clip.video for clip in read_clips(project / "data/index/clips.csv")}
    for row in (0, len(scores.clips) - 1):
        video = project / "data" / "raw" / "kitchen" / videos[str(scores.clips[row])]
        words = (str(video), "--json", str(tmp_path / "own.json"), "--length", "2")
        run = python(project, "stages.predict", *words)
        assert run.returncode == 0, run.stderr
        (segment,) = json.loads((tmp_path / "own.json").read_text())["segments"]
        np.testing.assert_allclose(segment["scores"], scores.logits[row], atol=1e-4)


def test_networks_are_registered_under_the_run_that_they_come_from(project):
    shutil.copy(REPOSITORY / "requirements.txt", project)
    run = python(project, "stages.register")
    assert "registered models:/fixate-kitchen/1" in run.stdout, run.stderr
    (project / "requirements.txt").unlink()
    client = parent_runs(project)["client"]
    version = client.get_model_version("fixate-kitchen", "1")
    fuse = json.loads((project / "reports" / "runs" / "fuse.json").read_text())
    made = client.get_run(version.run_id)
    assert made.data.tags["mlflow.parentRunId"] == fuse["parent_run_id"]
    assert version.tags["params.model.attention"] == "stam"
    assert "metrics.test/fused/micro" in version.tags


def test_another_attention_reruns_only_what_its_configuration_changes(project):
    run = dvc(project, "exp", "run", "-n", "plain", "-S", "model.attention=none")
    stages = set(executed(run))
    assert not stages & {"kitchen", "index", "frames", "flow", "pack"}
    assert {"train@rgb", "train@flow", "score", "fuse"} <= stages
    shown = dvc(project, "exp", "show", "--csv").stdout
    assert "plain" in shown
    back = dvc(project, "exp", "run", "-n", "back", "-S", "model.attention=stam")
    assert set(executed(back)) == {"configure", "report"}


def test_a_temporary_workspace_takes_all_from_the_cache(project):
    run = dvc(project, "exp", "run", "--temp", "-n", "aside", "-S", "fusion.average=probabilities")
    assert set(executed(run)) <= {"configure", "fuse", "report"}


def parent_runs(project: Path) -> dict:
    """Return the parent runs by name, and the store's client under the name 'client'."""
    from pipeline.tracking.store import choose_store, locked, open_client

    store = choose_store(project, None)
    with locked(store):
        client = open_client(store)
    experiment = client.get_experiment_by_name("kitchen").experiment_id
    found = client.search_runs([experiment], "tags.`fixate.role` = 'parent'")
    return {run.info.run_name: run for run in found} | {"client": client, "id": experiment}


def test_each_invocation_has_a_parent_run_and_cached_stages_link_to_the_first(project):
    parents = parent_runs(project)
    client, experiment = parents.pop("client"), parents.pop("id")
    assert {run.info.status for run in parents.values()} == {"FINISHED"}
    first = next(run for name, run in parents.items() if name.startswith("repro"))
    flow = client.search_runs([experiment], "tags.`dvc.stage` = 'flow'")
    assert [run.data.tags["mlflow.parentRunId"] for run in flow] == [first.info.run_id]
    assert parents["plain"].data.tags["stage.flow.cached_from"] == flow[0].info.run_id
    assert "test/fused/micro" in parents["plain"].data.metrics


def test_a_slip_in_the_params_is_named_before_any_work(project):
    run = dvc(project, "exp", "run", "--temp", "-S", "model.attention=w33")
    assert run.returncode != 0
    assert re.search(r"found 'w33', expected 'cbam' or .*'stam'", run.stdout + run.stderr)


def test_two_queued_experiments_at_once_leave_two_complete_parent_runs(project):
    for name, seed in (("queued-5", 5), ("queued-6", 6)):
        executed(dvc(project, "exp", "run", "--queue", "-n", name, "-S", f"seed={seed}"))
    assert dvc(project, "queue", "start", "-j", "2").returncode == 0
    deadline = time.monotonic() + 600
    while dvc(project, "queue", "status").stdout.count("Success") < 2:
        assert time.monotonic() < deadline, dvc(project, "queue", "status").stdout
        time.sleep(5)
    parents = parent_runs(project)
    for name in ("queued-5", "queued-6"):
        assert parents[name].info.status == "FINISHED"
        assert "test/fused/micro" in parents[name].data.metrics
        assert "stage.flow.cached_from" in parents[name].data.tags


def test_a_network_of_both_streams_answers_for_both(project):
    run = dvc(project, "exp", "run", "-n", "both", "-S", "model.attention=ego_rnn")
    assert "joint" in executed(run)
    metrics = json.loads((project / "reports" / "metrics.json").read_text())
    assert metrics["joint"] == metrics["fused"]
    assert metrics["protocol"]["fusion"] == {"mode": "joint"}


@pytest.mark.parametrize("method", RECIPES)
def test_released_files_are_scored_without_a_step_of_training(project, shared_dir, method):
    released = release(project, shared_dir / "checkpoint_keys", method)
    files = ",".join(file for own in released.values() for file in own.files)
    changes = ["-S", f"model.attention={method}", "-S", f"model.checkpoint=[{files}]"]
    executed(dvc(project, "exp", "run", "-n", f"released-{method}", *changes))
    for stream, own in released.items():
        scores = read_scores(project / "data" / "scores" / f"{stream}.h5")
        np.testing.assert_allclose(scores.logits, own.score(project, stream), rtol=1e-4, atol=1e-5)
    curves = [path.read_text() for path in (project / "models").rglob("*.csv")]
    assert {curve.strip() for curve in curves} == {"epoch,iteration,lr"}
    metrics = json.loads((project / "reports" / "metrics.json").read_text())
    assert {name for name in ("rgb", "flow", "joint") if metrics[name]} == set(released)
    assert 0 <= metrics["fused"]["micro"] <= 1
