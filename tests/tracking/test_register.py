"""A registered model: what is kept of it, and that it loads where nothing of the project is."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from imports import REPOSITORY, module_path, reached_modules
from prediction.films import write_film
from prediction.made_run import NAMES, make_run
from tracking.made_lock import write_lock

from pipeline.memo import file_digest
from pipeline.prediction.table import OWN_COLUMNS
from pipeline.tracking.model_card import RegisterError, card_tags, parent_of, read_record
from pipeline.tracking.register import NEEDED, pinned
from pipeline.tracking.store import choose_store, locked, open_client

REQUIREMENTS = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
IMPORTED_AS = {"opencv-contrib-python-headless": "cv2", "ruamel.yaml": "ruamel"}
UNREACHED = {"cuda", "nvidia", "tqdm", "dask", "distributed", "psutil", "matplotlib", "llvmlite"}
"""Imported where a GPU, a terminal, a cluster or an overlay asks for it, or numba's own."""
LOADED = """
import json, sys
import mlflow
assert not any("/work" in path and path.endswith("main") for path in sys.path)
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model("models:/fixate-tiny/1")
print(json.dumps(model.predict([sys.argv[2]]).to_dict("list")))
print(json.dumps(model.predict([sys.argv[2]], params={"length_seconds": 0.5}).to_dict("list")))
"""


def third_party(module):
    """Return the packages that a module of the project imports from outside."""
    nodes = list(ast.walk(ast.parse(module_path(module).read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    tops = {name.split(".")[0] for name in names}
    return tops - set(sys.stdlib_module_names) - {"pipeline", "stages"}


def test_the_requirements_of_a_registered_model_are_pins_of_what_it_imports():
    reached = reached_modules("pipeline.tracking.registered_model")
    imported = set().union(*(third_party(module) for module in reached))
    known = {IMPORTED_AS.get(name, name) for name in NEEDED}
    assert imported - UNREACHED == known
    pins = pinned(REQUIREMENTS.splitlines())
    assert all(re.fullmatch(r"[\w.-]+==[\d.]+", pin) for pin in pins)
    assert len(pins) == len(NEEDED)


def test_a_package_without_a_pin_is_named():
    with pytest.raises(RegisterError, match="found no pin of torch, h5py"):
        pinned([line for line in REQUIREMENTS.splitlines() if not re.match("torch=|h5py", line)])


def test_a_card_names_commit_runs_digests_and_fingerprint():
    runs = {"fuse": {"run_id": "b", "parent_run_id": "a"}, "train_rgb": {"run_id": "c"}}
    record = {"protocol": {"split": "x"}}
    tags = card_tags(record, runs, {"rgb": "0f"}, "abc-dirty", params_differ=False)
    assert tags["fixate.registered_from_commit"] == "abc-dirty"
    assert json.loads(tags["fixate.protocol"]) == {"split": "x"}
    assert (tags["fixate.sha256.rgb"], tags["fixate.run.train_rgb"]) == ("0f", "c")
    assert (parent_of(runs), parent_of({})) == ("a", "")
    assert "fixate.params" not in tags
    tags = card_tags(record, runs, {}, "abc", params_differ=True)
    assert tags["fixate.params"] == "differ from the workspace"


def measured(folder, mode, names):
    """Write a record of some networks, whose files are made, and return it with them."""
    files = {name: folder / f"{name}.pt" for name in ("rgb", "flow", "joint")}
    for name, file in files.items():
        file.write_text(name)
    digests = {name: file_digest(files[name]) for name in names}
    record = folder / "metrics.json"
    fingerprint = {"models": digests}
    protocol = {"fusion": {"mode": mode}}
    record.write_text(json.dumps({"protocol": protocol, "fingerprint": fingerprint}))
    return record, files


CASES = [
    ("logits", ["rgb", "flow"]),
    ("probabilities", ["rgb", "flow"]),
    ("rgb", ["rgb"]),
    ("flow", ["flow"]),
    ("joint", ["joint"]),
]


@pytest.mark.parametrize(("mode", "own"), CASES)
def test_just_the_networks_that_the_numbers_are_of_are_registered(tmp_path, mode, own):
    path, files = measured(tmp_path, mode, ["rgb", "flow", "joint"])
    assert read_record(path, {name: files[name] for name in own})["fingerprint"]
    for _, others in CASES[1:]:
        if others != own:
            with pytest.raises(
                RegisterError, match=f"numbers are of {' and '.join(own)} .* to reg"
            ):
                read_record(path, {name: files[name] for name in others})


def test_a_network_that_was_never_reported_is_refused(tmp_path):
    path, files = measured(tmp_path, "joint", ["rgb", "flow"])
    with pytest.raises(RegisterError, match=r"no digest of the network 'joint'.*joint\.pt"):
        read_record(path, {"joint": files["joint"]})


def test_a_record_that_does_not_say_whose_its_numbers_are_is_refused(tmp_path):
    path, files = measured(tmp_path, None, ["rgb", "flow"])
    with pytest.raises(RegisterError, match=r"of no network that it names \(fusion mode None\)"):
        read_record(path, {"rgb": files["rgb"], "flow": files["flow"]})


def test_numbers_of_another_network_are_refused(tmp_path):
    record, files = measured(tmp_path, "rgb", ["rgb"])
    network = {"rgb": files["rgb"]}
    files["rgb"].write_bytes(b"another")
    with pytest.raises(RegisterError, match=r"numbers are of another network than .*rgb\.pt"):
        read_record(record, network)
    record.unlink()
    with pytest.raises(RegisterError, match=r"metrics\.json: no such file; run `dvc repro`"):
        read_record(record, network)


def run_python(folder, *words, with_project):
    environment = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    environment |= {"PYTHONPATH": str(REPOSITORY) if with_project else "", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *map(str, words)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def write_reports(root):
    digests = {name: file_digest(root / "models" / name / "model.pt") for name in ("rgb", "flow")}
    accuracy = {"micro": 0.5, "macro": 0.4, "top5": 0.9, "verb": None, "noun": None}
    record = {"rgb": accuracy, "flow": accuracy, "joint": None, "fused": accuracy}
    protocol = {"split": "official_split1", "fusion": {"mode": "logits", "weights": [0.5, 0.5]}}
    record |= {"chance": 0.2, "num_clips": 20, "protocol": protocol}
    record |= {"intervals": {"fused": {"micro": [0.4, 0.6]}}, "gaze": None}
    path = root / "reports" / "metrics.json"
    told = json.loads(path.read_text())["fingerprint"]  # the rate of the videos
    record["fingerprint"] = told | {"models": digests, "recipe": "demo"}
    runs = root / "reports" / "runs"
    runs.mkdir(parents=True)
    path.write_text(json.dumps(record))
    (runs / "fuse.json").write_text(json.dumps({"run_id": "gone", "parent_run_id": "gone"}))


@pytest.fixture(scope="module")
def registered(tmp_path_factory) -> Path:
    """Return the folder of a run whose networks were registered."""
    root = make_run(tmp_path_factory.mktemp("run"))
    write_reports(root)
    (root / "params.yaml").write_text("dataset: {name: next, root: here}\nseed: 4\n")
    write_lock(root, {"dataset": {"name": "tiny", "root": "here"}, "seed": 3})
    (root / "requirements.txt").write_text(REQUIREMENTS)
    made = run_python(root, "-m", "stages.register", with_project=True)
    assert made.returncode == 0, made.stderr
    assert "registered models:/fixate-tiny/1" in made.stdout
    return root


@pytest.mark.slow
def test_a_registered_model_loads_and_predicts_in_a_clean_process_elsewhere(registered, tmp_path):
    video = write_film(tmp_path / "a.mp4", 20)
    uri = choose_store(registered, None).uri
    told = run_python(tmp_path, "-c", LOADED, uri, video, with_project=False)
    assert told.returncode == 0, told.stderr
    whole, cut = (json.loads(line) for line in told.stdout.strip().splitlines()[-2:])
    assert list(whole) == [*OWN_COLUMNS, *NAMES]
    assert (whole["video"], cut["start"]) == ([str(video)], [0.0, 0.25, pytest.approx(1 / 3)])
    here = run_python(
        tmp_path,
        *("-m", "stages.predict", video, "--json", "o.json"),
        *("--models", registered / "models", "--data", registered / "data"),
        with_project=True,
    )
    assert here.returncode == 0, here.stderr
    row = json.loads((tmp_path / "o.json").read_text())["segments"][0]
    sure = {one["name"]: one["confidence"] for one in row["top"]}
    np.testing.assert_allclose([whole[name][0] for name in sure], list(sure.values()), atol=1e-5)


@pytest.mark.slow
def test_a_version_says_params_metrics_and_where_it_comes_from(registered):
    store = choose_store(registered, None)
    with locked(store):
        client = open_client(store)
    version = client.get_model_version("fixate-tiny", "1")
    assert (version.tags["params.dataset.name"], version.tags["params.seed"]) == ("tiny", "3")
    assert version.tags["fixate.params"] == "differ from the workspace"
    assert float(version.tags["metrics.test/fused/micro"]) == 0.5
    assert json.loads(version.tags["fixate.fingerprint"])["recipe"] == "demo"
    own = {"registered_from_commit", "sha256.rgb", "sha256.flow"}
    assert set(version.tags) >= {f"fixate.{name}" for name in own}
    run = client.get_run(version.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["fixate.role"] == "register"
    assert "mlflow.parentRunId" not in run.data.tags  # this store does not know that run


@pytest.mark.slow
def test_a_run_that_lost_a_network_is_not_registered(registered, tmp_path):
    root = shutil.copytree(registered, tmp_path / "run", ignore=lambda *_: [".mlflow"])
    (root / "models" / "flow" / "model.pt").unlink()
    told = run_python(root, "-m", "stages.register", with_project=True)
    assert told.returncode == 1
    assert "register: models/flow/model.pt is absent: scores are of rgb alone" in told.stderr
    assert "numbers are of rgb and flow (fusion mode logits)" in told.stderr
    assert "the networks to register are rgb;" in told.stderr
    assert not (root / ".mlflow").exists()


@pytest.mark.slow
def test_nothing_that_is_kept_is_a_pickle_of_ours(registered):
    kept = [path for path in (registered / ".mlflow").rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} >= {".pt", ".yaml", ".py"}
    assert not [path for path in kept if path.suffix in {".pkl", ".pickle", ".pyc"}]
    (settings,) = [path for path in kept if path.name == "prediction.yaml"]
    assert "raw" not in settings.read_text()
