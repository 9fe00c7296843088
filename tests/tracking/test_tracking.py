import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pipeline.tracking.invocation import Invocation, find_invocation, is_alive, process_key
from pipeline.tracking.parent import flatten
from pipeline.tracking.stage import tracked_stage
from pipeline.tracking.store import choose_store, experiment_id, locked, open_client
from pipeline.tracking.summary import close_parent, finished_parents, report_parent, run_link

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # mlflow's own
]
PARAMS = {"model": {"attention": "stam"}, "seed": 1}


def run_stage(root: Path, stage: str, invocation: Invocation, error: BaseException | None = None):
    with tracked_stage(
        choose_store(root, None),
        dataset="kitchen",
        stage=stage,
        invocation=invocation,
        params=PARAMS,
        config={"size": 64},
        runs_dir=root / "runs",
    ) as run:
        run.log_metrics({"train/loss": 0.5}, step=3)
        if error is not None:
            raise error
    return run.run_id


def close(root: Path, invocation: Invocation, micro: float = 0.75):
    store, runs_dir, metrics = choose_store(root, None), root / "runs", {"fused/micro": micro}
    parent = report_parent(
        store,
        dataset="kitchen",
        invocation=invocation,
        params=PARAMS,
        metrics=metrics,
        runs_dir=runs_dir,
    )
    close_parent(store, parent, metrics=metrics, files=[], runs_dir=runs_dir)
    return parent


def client_of(root: Path):
    with locked(choose_store(root, None)):
        return open_client(choose_store(root, None))


def this_process(name: str) -> Invocation:
    process = process_key(psutil.Process())
    return Invocation(key=process + name, process=process, name=name, baseline="")


def test_a_cached_stage_is_linked_to_the_run_that_made_it(tmp_path):
    first, second = this_process("a"), this_process("b")
    frames = run_stage(tmp_path, "frames", first)
    run_stage(tmp_path, "train@rgb", first)
    close(tmp_path, first)
    train = run_stage(tmp_path, "train@rgb", second)
    parent = client_of(tmp_path).get_run(close(tmp_path, second).run_id)
    assert parent.info.run_name == "b"
    assert parent.data.tags["stage.frames.cached_from"] == frames
    assert "stage.train_rgb.cached_from" not in parent.data.tags
    assert train[:8] in parent.data.tags["mlflow.note.content"]
    assert parent.data.params["model.attention"] == "stam"
    assert parent.data.metrics["fused/micro"] == 0.75


def test_a_repro_that_changed_nothing_reuses_the_last_parent_and_an_experiment_does_not(tmp_path):
    run_stage(tmp_path, "frames", this_process("a"))
    made = close(tmp_path, this_process("a"))
    assert close(tmp_path, replace(this_process(""), key="another")).run_id == made.run_id
    other = close(tmp_path, replace(this_process(""), key="a third"), micro=0.5)
    assert other.run_id != made.run_id  # the report counts otherwise
    assert client_of(tmp_path).get_run(other.run_id).data.metrics["fused/micro"] == 0.5
    assert close(tmp_path, this_process("b")).run_id != made.run_id
    names = [run.name for run in finished_parents(choose_store(tmp_path, None), "kitchen")]
    assert (names[0], names[-1], len(names)) == ("b", "a", 3)


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("bad"), "FAILED"), (SystemExit(143), "KILLED")]
)
def test_a_stage_that_ends_early_says_so(tmp_path, error, status):
    with pytest.raises(type(error)):
        run_stage(tmp_path, "flow", this_process("a"), error)
    client = client_of(tmp_path)
    runs = client.search_runs([client.get_experiment_by_name("kitchen").experiment_id])
    assert {run.info.status for run in runs} == {status}
    assert not (tmp_path / "runs" / "flow.json").exists()


def test_a_run_whose_process_was_killed_is_ended_by_the_next_invocation(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, os.getcwd());"
        "from pipeline.tracking.invocation import find_invocation;"
        "from pipeline.tracking.stage import tracked_stage;"
        "from pipeline.tracking.store import choose_store; root = Path(sys.argv[1]);"
        "stage = tracked_stage(choose_store(root, None), dataset='kitchen', stage='flow',"
        "invocation=find_invocation(None, None, None), params={}, config={}, runs_dir=root);"
        "stage.__enter__(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, tmp_path], check=False)
    run_stage(tmp_path, "frames", this_process("b"))
    client = client_of(tmp_path)
    experiment = client.get_experiment_by_name("kitchen").experiment_id
    killed = client.search_runs([experiment], "tags.`dvc.stage` = 'flow'")
    assert [run.info.status for run in killed] == ["KILLED"]


def test_six_first_users_at_once_all_succeed(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, os.getcwd());"
        "from pipeline.tracking.store import *; store = choose_store(Path(sys.argv[1]), None)\n"
        "with locked(store): experiment_id(open_client(store), store, 'kitchen')"
    )
    users = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, tmp_path]) for _ in range(6)
    ]
    assert [user.wait() for user in users] == [0] * 6
    store = choose_store(tmp_path, None)
    with locked(store):
        experiment = experiment_id(open_client(store), store, "kitchen")
    location = client_of(tmp_path).get_experiment(experiment).artifact_location
    assert location == (tmp_path / ".mlflow" / "artifacts" / "kitchen").as_uri()


def test_tables_and_texts_are_kept(tmp_path):
    with tracked_stage(
        choose_store(tmp_path, None),
        dataset="kitchen",
        stage="report",
        invocation=this_process("a"),
        params={},
        config={},
        runs_dir=tmp_path,
    ) as run:
        run.log_table("classes.json", [{"class": "take pan", "recall": 0.5}])
        run.log_text("note.txt", "fine")
    artifacts = tmp_path / ".mlflow" / "artifacts" / "kitchen" / run.run_id / "artifacts"
    assert "take pan" in json.dumps(json.loads((artifacts / "classes.json").read_text()))
    assert (artifacts / "note.txt").read_text() == "fine"


def test_an_invocation_is_the_same_for_all_of_its_processes():
    assert find_invocation(None, "caped-wads", None).name == "caped-wads"
    assert find_invocation("sweep", None, None).key == "sweep"
    assert find_invocation("sweep", None, None).process == find_invocation(None, None, None).key
    assert is_alive(process_key(psutil.Process()))
    assert not is_alive("1-1.00")


def test_params_are_flattened_with_dots():
    assert flatten({"a": {"b": {"c": 1}}, "d": [2]}) == {"a.b.c": 1, "d": [2]}


def test_links_lead_to_the_server_that_keeps_the_runs(tmp_path):
    own, server = choose_store(tmp_path, None), choose_store(tmp_path, "https://runs.example/")
    assert run_link(own, "1", "ab").startswith("http://127.0.0.1:5000/#/experiments/1/runs/ab")
    assert run_link(server, "1", "ab") == "https://runs.example/#/experiments/1/runs/ab"
