"""A registered model: what is kept of it, and that it loads where nothing of the project is."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from imports import REPOSITORY, module_path, reached_modules
from prediction.films import write_film
from prediction.made_run import NAMES, make_run

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
    tags = card_tags({"protocol": {"split": "x"}}, runs, {"rgb": "0f"}, "abc-dirty")
    assert tags["fixate.commit"] == "abc-dirty"
    assert json.loads(tags["fixate.protocol"]) == {"split": "x"}
    assert (tags["fixate.sha256.rgb"], tags["fixate.run.train_rgb"]) == ("0f", "c")
    assert (parent_of(runs), parent_of({})) == ("a", "")


def test_numbers_of_another_network_are_refused(tmp_path):
    network, record = tmp_path / "model.pt", tmp_path / "metrics.json"
    network.write_bytes(b"one")
    with pytest.raises(RegisterError, match=r"metrics\.json: no such file; run `dvc repro`"):
        read_record(record, {"rgb": network})
    record.write_text(json.dumps({"fingerprint": {"models": {"rgb": file_digest(network)}}}))
    assert read_record(record, {"rgb": network})["fingerprint"]
    network.write_bytes(b"another")
    with pytest.raises(RegisterError, match=r"numbers are of another network than .*model\.pt"):
        read_record(record, {"rgb": network})


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
    digest = file_digest(root / "models" / "rgb" / "model.pt")
    accuracy = {"micro": 0.5, "macro": 0.4, "top5": 0.9, "verb": None, "noun": None}
    record = {"rgb": accuracy, "flow": accuracy, "joint": None, "fused": accuracy}
    record |= {"chance": 0.2, "num_clips": 20, "protocol": {"split": "official_split1"}}
    record |= {"intervals": {"fused": {"micro": [0.4, 0.6]}}, "gaze": None}
    record["fingerprint"] = {"models": {"rgb": digest}, "recipe": "demo"}
    runs = root / "reports" / "runs"
    runs.mkdir(parents=True)
    (root / "reports" / "metrics.json").write_text(json.dumps(record))
    (runs / "fuse.json").write_text(json.dumps({"run_id": "gone", "parent_run_id": "gone"}))


@pytest.fixture(scope="module")
def registered(tmp_path_factory) -> Path:
    """Return the folder of a run whose networks were registered."""
    root = make_run(tmp_path_factory.mktemp("run"))
    write_reports(root)
    (root / "params.yaml").write_text("dataset: {name: tiny, root: here}\nseed: 3\n")
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
    assert version.tags["params.dataset.name"] == "tiny"
    assert float(version.tags["metrics.test/fused/micro"]) == 0.5
    assert json.loads(version.tags["fixate.fingerprint"])["recipe"] == "demo"
    assert set(version.tags) >= {"fixate.commit", "fixate.sha256.rgb", "fixate.sha256.flow"}
    run = client.get_run(version.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["fixate.role"] == "register"
    assert "mlflow.parentRunId" not in run.data.tags  # this store does not know that run


@pytest.mark.slow
def test_nothing_that_is_kept_is_a_pickle_of_ours(registered):
    kept = [path for path in (registered / ".mlflow").rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} >= {".pt", ".yaml", ".py"}
    assert not [path for path in kept if path.suffix in {".pkl", ".pickle", ".pyc"}]
    (settings,) = [path for path in kept if path.name == "prediction.yaml"]
    assert "raw" not in settings.read_text()
