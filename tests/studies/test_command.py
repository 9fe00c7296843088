import json

import pytest
from experiments.made_repository import Recipe, git
from studies.made_study import FakeRunner, make_study_repository, resolve

from pipeline.studies.alone import alone
from pipeline.studies.arguments import Wish, read_arguments
from pipeline.studies.command import Workshop, do_study
from pipeline.studies.errors import StudyError


@pytest.fixture
def repository(tmp_path):
    return make_study_repository(tmp_path / "repository")


def study(repository, runner, lines=None, **wish):
    asked = {"jobs": 1, "splits": None, "seeds": None, "is_dry": False, "is_table": False} | wish
    tell = (lines if lines is not None else []).append
    workshop = Workshop(repository, resolve, lambda _: runner, tell, lambda _: None)
    return do_study(Wish("table", **asked), workshop)


def table(repository):
    return json.loads((repository.root / "reports/studies/table/table.json").read_text())


def test_what_is_missing_is_run_and_the_table_written(repository):
    runner = FakeRunner(repository, {"Better!": 0.95})
    assert study(repository, runner) == 0
    assert len(runner.begun) == 4
    written = {path.name for path in (repository.root / "reports/studies/table").iterdir()}
    assert written == {"table.md", "table.json", "figure.png"}
    assert [each["commit"] is not None for each in table(repository)["experiments"]] == [True] * 4


def test_a_failure_is_told_and_the_next_run_does_it_alone(repository):
    lines: list[str] = []
    first = FakeRunner(repository, failing=("plain",))
    assert study(repository, first, lines) == 1
    assert len(first.begun) == 4
    assert "loss is nan" in "\n".join(lines)
    assert lines[-1].startswith("failed: plain, official_split1, seed 2; its log is ")
    second = FakeRunner(repository)
    assert study(repository, second) == 0
    assert [cell.row for cell in second.begun] == ["plain", "plain"]


def test_an_interrupted_study_goes_on_where_it_was(repository):
    first = FakeRunner(repository, interrupt_at=1)
    with pytest.raises(KeyboardInterrupt):
        study(repository, first)
    assert not (repository.root / "reports/studies").exists()
    second = FakeRunner(repository)
    assert study(repository, second) == 0
    assert [cell.name for cell in first.begun + second.begun] == [
        each["name"] for each in table(repository)["experiments"]
    ]


def test_a_finished_study_runs_nothing(repository):
    study(repository, FakeRunner(repository))
    again = FakeRunner(repository)
    assert study(repository, again) == 0
    assert again.begun == []


def test_experiments_of_other_code_are_told_once_and_stay(repository):
    module = repository.root / "pipeline/models/net.py"
    module.parent.mkdir(parents=True)
    module.write_text("width = 1\n")
    git(repository.root, "add", "pipeline")
    git(repository.root, "commit", "--quiet", "--message=code")
    files = {"pipeline/models/net.py": "width = 1\n"}
    study(repository, FakeRunner(repository, recipe=Recipe(files=files)))
    lines: list[str] = []
    study(repository, FakeRunner(repository), lines)
    assert not any(line.startswith("warning") for line in lines)
    module.write_text("width = 2\n")
    again = FakeRunner(repository)
    study(repository, again, lines)
    assert again.begun == []
    (warning,) = [line for line in lines if line.startswith("warning")]
    assert "4 finished experiments ran with other code than is here (pipeline/models)" in warning


def test_an_experiment_whose_files_are_gone_is_run_again(repository):
    study(repository, FakeRunner(repository), seeds=1)
    lock = repository.objects
    for path in sorted(lock.rglob("*")):
        if path.is_file() and b'"fingerprint"' in path.read_bytes():
            path.unlink()
    broken: list[frozenset[str]] = []
    again = FakeRunner(repository)
    lines: list[str] = []
    workshop = Workshop(
        repository,
        resolve,
        lambda names: broken.append(names) or again,
        lines.append,
        lambda _: None,
    )
    assert do_study(Wish("table", 1, None, 1, is_dry=False, is_table=False), workshop) == 0
    assert {cell.name for cell in again.begun} == set(broken[0])
    assert "reports/metrics.json is not at" in lines[0]


def test_a_dry_run_lists_commands_and_leaves_no_trace(repository):
    lines: list[str] = []
    runner = FakeRunner(repository)
    before = sorted(repository.root.rglob("*"))
    assert study(repository, runner, lines, is_dry=True) == 0
    assert runner.begun == []
    assert sorted(repository.root.rglob("*")) == before
    assert "4 experiments, 0 are there, 4 to run" in lines[0]
    assert "-S protocol=official_split1 -S model.attention=stam -S seed=2" in lines[1]


def test_a_table_is_made_of_what_is_there_and_nothing_run(repository):
    study(repository, FakeRunner(repository), seeds=1)
    runner = FakeRunner(repository)
    assert study(repository, runner, is_table=True) == 0
    assert runner.begun == []
    text = (repository.root / "reports/studies/table/table.md").read_text()
    assert "2 of 4 experiments are there." in text


def test_without_any_experiment_there_is_no_table(repository):
    lines: list[str] = []
    assert study(repository, FakeRunner(repository), lines, is_table=True) == 1
    assert lines[-1] == "no experiment is there, so there is no table"


def test_a_wrong_row_stops_the_study_before_anything_is_run(repository):
    path = repository.root / "studies/table.yaml"
    path.write_text(path.read_text().replace("model.attention=stam", "model.atention=stam"))
    runner = FakeRunner(repository)
    with pytest.raises(StudyError, match=r"studies/table\.yaml: row 'Better!'"):
        study(repository, runner)
    assert runner.begun == []


def test_the_users_params_stay_as_they_are(repository):
    before = (repository.root / "params.yaml").read_bytes()
    study(repository, FakeRunner(repository, failing=("plain",)))
    assert (repository.root / "params.yaml").read_bytes() == before


def test_a_study_runs_once_at_a_time(tmp_path):
    with alone(tmp_path), pytest.raises(StudyError, match="runs already"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_arguments_are_read(capsys):
    wish = read_arguments(["stam_table2", "--jobs", "2", "--seeds", "1"], ["stam_table2"], "about")
    assert wish == Wish("stam_table2", 2, None, 1, is_dry=False, is_table=False)
    for wrong in (["other"], ["stam_table2", "--jobs", "0"], ["stam_table2", "--splits", "x"]):
        with pytest.raises(SystemExit):
            read_arguments(wrong, ["stam_table2"], "about")
    assert "expected a whole number from 1 on" in capsys.readouterr().err
