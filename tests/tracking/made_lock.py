"""The lock file that DVC leaves beside a finished run."""

import hashlib

from ruamel.yaml import YAML


def md5(path):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def write_lock(root, params):
    """Write ``dvc.lock`` as DVC does where all stages ran by these params."""
    config = {"path": "data/config/score.yaml", "md5": md5(root / "data/config/score.yaml")}
    record = {"path": "reports/metrics.json", "md5": md5(root / "reports/metrics.json")}
    stages = {
        "configure": {"params": {"params.yaml": params}, "outs": [config]},
        "score": {"deps": [config]},
        "report": {"outs": [record]},
    }
    with (root / "dvc.lock").open("w") as file:
        YAML(typ="safe").dump({"schema": "2.0", "stages": stages}, file)
