import subprocess
import sys

import pytest
from imports import REPOSITORY

import stages.compare


def run_main(monkeypatch, root, *arguments):
    monkeypatch.setenv("DVC_ROOT", str(root))
    monkeypatch.setattr(sys, "argv", ["compare", *arguments])
    stages.compare.main()


def test_the_command_prints_the_text_and_where_the_files_are(monkeypatch, capsys, repository):
    run_main(monkeypatch, repository.root, "none-1", "stam-1")
    printed = capsys.readouterr().out
    assert "## Accuracy in %" in printed
    assert str(repository.root / "reports" / "compare" / "none-1_stam-1.png") in printed


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["none-1", "nobody"], "no experiment 'nobody'"),
        (["none-1", "other-clips"], "compare experiments of the same protocol"),
    ],
)
def test_a_fault_is_one_line(monkeypatch, repository, names, message):
    with pytest.raises(SystemExit, match=message) as stopped:
        run_main(monkeypatch, repository.root, *names)
    assert str(stopped.value).count("\n") == 0


def test_comparisons_are_ignored_by_git():
    path = "reports/compare/any.png"
    done = subprocess.run(["git", "-C", str(REPOSITORY), "check-ignore", path], check=False)
    assert done.returncode == 0


def test_the_command_does_not_wait_for_torch():
    code = "import sys, stages.compare; print('torch' in sys.modules, 'dvc' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
