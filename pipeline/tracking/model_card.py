"""Where a registered model comes from, as tags of its version."""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.memo import file_digest


class RegisterError(ValueError):
    """A model cannot be registered; the message says what is missing."""


SCORED = "fuse"
"""The stage whose parent run stands for the networks: all they were made by went before it."""


def card_tags(
    record: Mapping[str, object],
    runs: Mapping[str, Mapping[str, str]],
    digests: Mapping[str, str],
    commit: str,
) -> dict[str, str]:
    """Return the tags.

    Args:
        record: ``reports/metrics.json``.
        runs: the MLflow run of each stage, as `read_runs` gives them.
        digests: sha256 of each network's file.
        commit: of the repository; empty outside of one.
    """
    tags = {
        "fixate.commit": commit,
        "fixate.protocol": json.dumps(record.get("protocol"), sort_keys=True),
        "fixate.fingerprint": json.dumps(record.get("fingerprint"), sort_keys=True),
    }
    tags |= {f"fixate.sha256.{name}": digest for name, digest in digests.items()}
    return tags | {f"fixate.run.{stage}": run["run_id"] for stage, run in runs.items()}


def read_record(path: Path, networks: Mapping[str, Path]) -> dict[str, object]:
    """Return ``reports/metrics.json``, which has to be of the networks that are registered.

    Args:
        path: of the file.
        networks: files, by the names that the record's fingerprint gives them.

    Raises:
        RegisterError: it is absent, or of other networks.
    """
    if not path.is_file():
        raise RegisterError(f"{path}: no such file; run `dvc repro` first")
    record: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    fingerprint = record.get("fingerprint")
    known = fingerprint.get("models", {}) if isinstance(fingerprint, dict) else {}
    for name, file in networks.items():
        if name in known and known[name] != file_digest(file):
            raise RegisterError(
                f"{path}: its numbers are of another network than {file}; run `dvc repro`"
            )
    return record


def read_runs(runs_dir: Path) -> dict[str, dict[str, str]]:
    """Return each stage's run as the stage wrote it down."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(runs_dir.glob("*.json"))}


def parent_of(runs: Mapping[str, Mapping[str, str]]) -> str:
    """Return the id of the run that carries the networks' params; empty where it is not known."""
    return runs.get(SCORED, {}).get("parent_run_id", "")
