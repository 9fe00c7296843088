import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from experiments.made_repository import IDENTITY, git, make_repository
from imports import REPOSITORY

from pipeline.experiments.names import list_experiments
from pipeline.studies.dvc_runner import DvcRunner, clear_leftovers, find_untracked
from pipeline.studies.plan import Cell

DVC = Path(sys.executable).with_name("dvc")
FAKE_DVC = """\
#!{python}
import os, sys, time
try:
    print(" ".join(sys.argv[1:]), os.environ.get("FIXATE_DEVICE"), os.getcwd(), flush=True)
    if "x=wait" in sys.argv:
        time.sleep(30)
except KeyboardInterrupt:
    print("ended in order", flush=True)
    sys.exit(1)
sys.exit(3 if "x=fail" in sys.argv else 0)
"""


def cell(word: str, name: str = "study-row-split-s1-12345678") -> Cell:
    return Cell(name, "row", "split", 1, ("recipes/demo/w3.yaml:++a={name: w3}", word))


@pytest.fixture
def fake(tmp_path):
    path = tmp_path / "dvc"
    path.write_text(FAKE_DVC.format(python=sys.executable))
    path.chmod(0o755)
    return path


def start(dvc, root, word, broken=frozenset()):
    runner = DvcRunner(root, dvc, [{"FIXATE_DEVICE": "cuda:3"}], broken)
    log = root / "logs" / "one.log"
    return runner, runner.start(cell(word), log, 0), log


def end_of(run, seconds=20.0):
    deadline = time.monotonic() + seconds
    while run.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return run.poll()


def test_an_experiment_is_run_in_a_folder_of_dvcs_own(fake, tmp_path):
    _, run, log = start(fake, tmp_path, "seed=1")
    assert end_of(run) == 0
    assert log.read_text() == (
        "--wait-for-lock exp run --temp --name study-row-split-s1-12345678 "
        "--set-param recipes/demo/w3.yaml:++a={name: w3} --set-param seed=1 "
        f"cuda:3 {tmp_path}\n"
    )


def test_a_failure_gives_dvcs_exit_status(fake, tmp_path):
    _, run, _ = start(fake, tmp_path, "x=fail")
    assert end_of(run) == 3


def test_an_experiment_that_is_not_whole_is_removed_first(fake, tmp_path):
    _, run, log = start(fake, tmp_path, "seed=1", frozenset({cell("").name}))
    end_of(run)
    assert (
        log.read_text()
        .splitlines()[0]
        .startswith("--wait-for-lock exp remove study-row-split-s1-12345678")
    )


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_stopping_is_as_ctrl_c_and_waits_for_the_end(fake, tmp_path, handler):
    before = signal.signal(signal.SIGINT, handler)  # ignored: as in a shell's background
    runner, run, log = start(fake, tmp_path, "x=wait")
    signal.signal(signal.SIGINT, before)
    while not log.read_text():
        time.sleep(0.02)
    runner.stop([run])
    assert run.process.returncode == 1
    assert log.read_text().endswith("ended in order\n")


def test_what_a_killed_run_left_behind_is_cleared_and_nothing_else(tmp_path):
    standalone = tmp_path / ".dvc/tmp/exps/standalone"
    for number, name in enumerate(("ours", "another")):
        told = standalone / "run" / str(number) / f"{number}.run"
        told.parent.mkdir(parents=True)
        folder = standalone / f"tmp{number}"
        folder.mkdir()
        told.write_text(json.dumps({"name": name, "root_dir": str(folder)}))
    elsewhere = tmp_path / "precious"
    elsewhere.mkdir()
    (standalone / "run/0/2.run").write_text(
        json.dumps({"name": "ours", "root_dir": str(elsewhere)})
    )
    (standalone / "run/0/3.run").write_text("no JSON")
    clear_leftovers(tmp_path, "ours")
    assert [path.name for path in sorted(standalone.glob("tmp*"))] == ["tmp1"]
    assert elsewhere.is_dir()


def test_code_that_git_does_not_know_is_found(tmp_path):
    root = make_repository(tmp_path / "repository").root
    for name in ("pipeline/known.py", "pipeline/new.py", "stages/other.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x = 1\n")
    git(root, "add", "pipeline/known.py")
    (root / "notes.txt").write_text("mine\n")
    assert find_untracked(root) == ["pipeline/new.py", "stages/"]


STAGES = """\
stages:
  make:
    cmd: {python} code/make.py
    params:
      - params.yaml:
    deps: [code, recipes]
    outs: [out]
"""
MAKE = """\
import pathlib, sys, time
params = pathlib.Path("params.yaml").read_text()
print("working", flush=True)
if "mode: wait" in params:
    time.sleep(60)
pathlib.Path("out").write_text(params + pathlib.Path("recipes/a.yaml").read_text())
sys.exit(4 if "mode: fail" in params else 0)
"""


@pytest.fixture
def graph(tmp_path, monkeypatch):
    """A repository with a graph of one stage, and changes of its user's that are in no commit."""
    for key, value in IDENTITY.items():
        monkeypatch.setenv(key, value)
    root = make_repository(tmp_path / "repository").root
    subprocess.run([DVC, "init", "--quiet"], cwd=root, check=True)
    for option in ("core.analytics", "core.autostage"):
        subprocess.run([DVC, "config", option, "false"], cwd=root, check=True)
    for name, text in {
        "params.yaml": "mode: go  # a comment\nx:   1\n",
        "recipes/a.yaml": "lr: 0.1  # ours\n",
        "code/make.py": MAKE,
        "dvc.yaml": STAGES.format(python=sys.executable),
        ".gitignore": "/out\n",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=graph")
    (root / "params.yaml").write_text("mode: go  # my own comment\nx:   1\n")
    (root / "notes.txt").write_text("mine\n")
    return root


def state(root):
    files = {
        path.relative_to(root): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".git", ".dvc", "logs"} & set(path.relative_to(root).parts)
    }
    return files, git(root, "status", "--porcelain", "--", ":!logs"), git(root, "stash", "list")


@pytest.mark.slow
def test_the_users_workspace_stays_whatever_becomes_of_an_experiment(graph):
    before = state(graph)
    words = {"went": "x=5", "failed": "mode=fail", "interrupted": "mode=wait"}
    runner = DvcRunner(graph, DVC, [{}], frozenset())
    for name, word in words.items():
        log = graph / "logs" / f"{name}.log"
        one = Cell(name, "row", "split", 1, (word, "recipes/a.yaml:++new={b: 2}"))
        run = runner.start(one, log, 0)
        if name == "interrupted":
            while "working" not in log.read_text():
                assert run.poll() is None
                time.sleep(0.05)
            runner.stop([run])
            assert run.process.returncode
        else:
            assert (end_of(run, 60) == 0) == (name == "went")
        assert state(graph) == before
        assert list((graph / ".dvc/tmp/exps/standalone").glob("tmp*")) == []
    assert [named.name for named in list_experiments(graph)] == ["went"]
    made = git(graph, "show", f"{list_experiments(graph)[0].commit}:params.yaml")
    assert "# my own comment" in made
    assert "x: 5" in made


@pytest.mark.slow
def test_an_experiment_ends_with_the_command_that_is_killed(graph):
    script = graph / "logs" / "study.py"
    script.parent.mkdir()
    script.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(REPOSITORY)!r})\n"
        "from pathlib import Path\n"
        "from pipeline.studies.dvc_runner import DvcRunner\n"
        "from pipeline.studies.plan import Cell\n"
        f"runner = DvcRunner(Path({str(graph)!r}), Path({str(DVC)!r}), [{{}}], frozenset())\n"
        f"run = runner.start(Cell('k', 'r', 's', 1, ('mode=wait',)), "
        f"Path({str(graph / 'logs/k.log')!r}), 0)\n"
        "print(run.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as study:
        pid = int(study.stdout.readline())
        while "working" not in (graph / "logs/k.log").read_text():
            time.sleep(0.05)
        study.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    clear_leftovers(graph, "k")
    assert list((graph / ".dvc/tmp/exps/standalone").glob("tmp*")) == []
    assert git(graph, "status", "--porcelain", "--", "params.yaml") == "M params.yaml"


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1]
