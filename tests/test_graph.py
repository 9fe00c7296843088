"""The graph in dvc.yaml is true: its deps are what the stages' code really reaches."""

import re

import pytest
from imports import REPOSITORY, imported_modules, module_path, reached_modules, unit
from ruamel.yaml import YAML

from pipeline.gaze_metrics import write
from pipeline.training import fingerprint
from stages import explain, score

# They carry values and shape no output: a change in them must not invalidate days of flow.
NEUTRAL = {
    "pipeline/__init__.py",
    "pipeline/atomic.py",
    "pipeline/command_line.py",
    "pipeline/dvc_lock.py",
    "pipeline/fanout",
    "pipeline/memo.py",
    "pipeline/nested.py",
    "pipeline/params.py",
    "pipeline/progress.py",
    "pipeline/quarantine.py",
    "pipeline/lifetime.py",
    "pipeline/tracking",
    "stages/__init__.py",
    "stages/environment.py",
    "stages/launched.py",
    "stages/sharded.py",
    "stages/tracked.py",
    "pipeline/mp4.py",  # films of commands for people, and of the report, which always runs
    "pipeline/video_flow",  # a command for people, beside the stage flow
    "stages/flow_command.py",
    "pipeline/weights_command",  # commands for people, beside the graph
    "stages/import_weights.py",
    "stages/weights.py",
}
BASE = {path for path in NEUTRAL if re.fullmatch(r"pipeline/\w+\.py|pipeline/fanout", path)}
LAYERS = {
    "pipeline/fanout": set(),
    "pipeline/tables": set(),
    "pipeline/annotations": {"pipeline/tables", "pipeline/frames"},
    "pipeline/kitchen": set(),
    "pipeline/frames": {"pipeline/tables"},
    "pipeline/flow": {"pipeline/frames"},
    "pipeline/video_flow": {"pipeline/flow", "pipeline/frames"},
    "pipeline/gaze": {"pipeline/tables"},
    "pipeline/models": set(),
    "pipeline/clips": {"pipeline/tables", "pipeline/frames"},
    "pipeline/training": {"pipeline/tables", "pipeline/clips", "pipeline/models", "pipeline/gaze"},
    "pipeline/evaluation": {"pipeline/tables", "pipeline/clips", "pipeline/models"},
    "pipeline/statistics": {"pipeline/evaluation"},
    "pipeline/frame_maps": {"pipeline/evaluation"},
    "pipeline/gaze_metrics": {
        *("pipeline/clips", "pipeline/evaluation", "pipeline/frames", "pipeline/gaze"),
        *("pipeline/frame_maps", "pipeline/statistics"),
    },
    "pipeline/explanation": {"pipeline/evaluation", "pipeline/models"},
    "pipeline/overlays": {
        *("pipeline/clips", "pipeline/evaluation", "pipeline/frames", "pipeline/frame_maps"),
    },
    "pipeline/reporting": {
        *("pipeline/tables", "pipeline/clips", "pipeline/evaluation", "pipeline/frames"),
        *("pipeline/explanation", "pipeline/overlays", "pipeline/flow"),
        "pipeline/statistics",
    },
    "pipeline/experiments": {
        *("pipeline/tables", "pipeline/evaluation", "pipeline/statistics"),
        "pipeline/reporting",
    },
    "pipeline/studies": {
        *("pipeline/tables", "pipeline/annotations", "pipeline/frames", "pipeline/clips"),
        *("pipeline/evaluation", "pipeline/statistics", "pipeline/explanation"),
        *("pipeline/overlays", "pipeline/reporting", "pipeline/experiments"),
        "pipeline/configuration",  # rows are checked as the stage configure would
    },
    "pipeline/prediction": {
        *("pipeline/tables", "pipeline/frames", "pipeline/flow", "pipeline/gaze", "pipeline/clips"),
        *("pipeline/models", "pipeline/evaluation", "pipeline/explanation", "pipeline/overlays"),
    },
    "pipeline/tracking": {"pipeline/prediction"},  # the model that it registers
    "pipeline/weights_command": {"pipeline/models", "pipeline/training"},
}
GRAPH = YAML(typ="safe").load(REPOSITORY / "dvc.yaml")["stages"]
ALWAYS = {"configure", "report"}


def stage_of(name: str) -> dict:
    return GRAPH[name].get("do", GRAPH[name])


@pytest.mark.parametrize("name", sorted(set(GRAPH) - ALWAYS))
def test_a_stage_depends_on_exactly_the_code_that_it_reaches(name):
    reached = {unit(module) for module in reached_modules(f"stages.{name}")}
    code = reached - NEUTRAL - {"pipeline", "stages"}
    declared = {dep for dep in stage_of(name)["deps"] if re.match(r"(pipeline|stages)/", dep)}
    assert declared == code


def test_remembered_work_is_named_by_all_code_that_it_runs_through():
    """A clip's rows are digested themselves, which stands for the code of the tables."""
    packages = {
        "score": {*fingerprint.CODE, *score.CODE, "tables"},
        "explain": {*fingerprint.CODE, *explain.CODE, "tables"},
        "gaze_metrics": set(write.CODE),
    }
    for name, known in packages.items():
        deps = {dep.partition("/")[2] for dep in stage_of(name)["deps"] if dep.startswith("pipe")}
        assert deps <= known, name


def test_only_configure_and_report_always_run():
    assert {name for name in GRAPH if stage_of(name).get("always_changed")} == ALWAYS


@pytest.mark.parametrize("name", sorted(set(GRAPH) - ALWAYS))
def test_a_stage_reads_its_own_resolved_file_only(name):
    configs = [dep for dep in stage_of(name)["deps"] if dep.startswith("data/config/")]
    assert [re.sub(r"_\$.*|\.yaml", "", dep) for dep in configs] == [f"data/config/{name}"]


def test_imports_point_one_way():
    wrong = []
    for path in sorted((REPOSITORY / "pipeline").rglob("*.py")):
        own = unit(".".join(path.relative_to(REPOSITORY).with_suffix("").parts))
        if own not in LAYERS:
            continue
        allowed = LAYERS[own] | BASE | {own, "pipeline"}
        wrong += [
            f"{path.relative_to(REPOSITORY)} imports {module}"
            for module in imported_modules(path)
            if module.startswith("stages") or unit(module) not in allowed
        ]
    assert wrong == []


def test_every_package_has_its_place_in_the_layers():
    packages = {
        f"pipeline/{path.name}"
        for path in (REPOSITORY / "pipeline").iterdir()
        if (path / "__init__.py").is_file()
    }
    assert packages - {"pipeline/configuration"} == set(LAYERS)


def test_mlflow_is_imported_in_one_package_only():
    users = [
        path
        for path in REPOSITORY.glob("pipeline/**/*.py")
        if re.search(r"^\s*(import|from) mlflow", path.read_text(), re.MULTILINE)
    ]
    assert {path.parent.name for path in users} == {"tracking"}


@pytest.mark.parametrize("name", sorted(GRAPH))
def test_a_command_names_a_stage_that_exists(name):
    assert stage_of(name)["cmd"].split()[:2] == ["${run}", f"stages.{name}"]
    assert module_path(f"stages.{name}") is not None
