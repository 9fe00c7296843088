"""Params of the run that was made, whatever lies in the working tree by now."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tracking.made_lock import write_lock

from pipeline.tracking.model_card import RegisterError
from pipeline.tracking.run_params import read_run_params


@pytest.fixture
def locked_run(tmp_path, monkeypatch):
    """Return the folder, now the current one, of files that a lock knows."""
    for name in ("data/config/score.yaml", "reports/metrics.json"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("{}")
    write_lock(tmp_path, {"seed": 3, "model": {"attention": "stam"}})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def locked_params():
    return read_run_params(Path("dvc.lock"), Path("reports/metrics.json"))


def test_params_are_those_that_the_run_was_made_by(locked_run):
    (locked_run / "params.yaml").write_text("seed: 4\n")
    assert locked_params() == {"seed": 3, "model": {"attention": "stam"}}


def test_a_lock_of_another_run_is_refused(locked_run):
    (locked_run / "reports" / "metrics.json").write_text("{} ")
    with pytest.raises(RegisterError, match=r"another file than dvc\.lock knows.*`dvc checkout`"):
        locked_params()


def test_a_lock_of_a_run_that_was_stopped_is_refused(locked_run):
    lock = YAML(typ="safe").load(locked_run / "dvc.lock")
    lock["stages"]["configure"]["outs"] = [{"path": "data/config/score.yaml", "md5": "new"}]
    with (locked_run / "dvc.lock").open("w") as file:
        YAML(typ="safe").dump(lock, file)
    with pytest.raises(RegisterError, match=r"a stage ran by another data/config/score\.yaml"):
        locked_params()
