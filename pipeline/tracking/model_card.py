"""Where a registered model comes from, as tags of its version."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.memo import file_digest
from pipeline.nested import mapping_at


class RegisterError(ValueError):
    """A model cannot be registered; the message says what is missing."""


SCORED = "fuse"
"""The stage whose parent run stands for the networks: all they were made by went before it."""
MEASURED: Mapping[str, set[str]] = {
    "joint": {"joint"},
    "rgb": {"rgb"},
    "flow": {"flow"},
    "logits": {"rgb", "flow"},
    "probabilities": {"rgb", "flow"},
}
"""Whose scores the record's fused accuracies are, by its ``protocol.fusion.mode``."""


def card_tags(
    record: Mapping[str, object],
    runs: Mapping[str, Mapping[str, str]],
    digests: Mapping[str, str],
    commit: str,
    *,
    params_differ: bool,
) -> dict[str, str]:
    """Return the tags.

    Args:
        record: ``reports/metrics.json``.
        runs: the MLflow run of each stage, as `summary.read_runs` gives them.
        digests: sha256 of each network's file.
        commit: that is checked out while the model is registered; empty outside of a repository.
        params_differ: whether ``params.yaml`` says something else by now than the run's params.
    """
    tags = {
        "fixate.registered_from_commit": commit,
        "fixate.protocol": json.dumps(record.get("protocol"), sort_keys=True),
        "fixate.fingerprint": json.dumps(record.get("fingerprint"), sort_keys=True),
    }
    if params_differ:
        tags["fixate.params"] = "differ from the workspace"
    tags |= {f"fixate.sha256.{name}": digest for name, digest in digests.items()}
    return tags | {f"fixate.run.{stage}": run["run_id"] for stage, run in runs.items()}


def read_record(path: Path, networks: Mapping[str, Path]) -> dict[str, object]:
    """Return ``reports/metrics.json``, which has to be of just the networks that are registered.

    Args:
        path: of the file.
        networks: files, by the names that the record's fingerprint gives them.

    Raises:
        RegisterError: it is absent, of other networks, of fewer or more, or does not say of which.
    """
    if not path.is_file():
        raise RegisterError(f"{path}: no such file; run `dvc repro` first")
    record: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    mode = str(mapping_at(record, "protocol", "fusion").get("mode"))
    measured = MEASURED.get(mode, set())
    if set(networks) != measured:
        raise RegisterError(
            f"{path}: its numbers are of {_names(measured)} (fusion mode {mode}), and the networks "
            f"to register are {_names(networks)}; run `dvc repro`, or `dvc checkout models`"
        )
    known = mapping_at(record, "fingerprint", "models")
    for name, file in networks.items():
        if name not in known:
            raise RegisterError(
                f"{path}: holds no digest of the network '{name}', so nobody knows whether its "
                f"numbers are of {file}; run `dvc repro`"
            )
        if known[name] != file_digest(file):
            raise RegisterError(
                f"{path}: its numbers are of another network than {file}; run `dvc repro`"
            )
    return record


def _names(networks: Iterable[str]) -> str:
    return " and ".join(sorted(networks, reverse=True)) or "no network that it names"


def parent_of(runs: Mapping[str, Mapping[str, str]]) -> str:
    """Return the id of the run that carries the networks' params; empty where it is not known."""
    return runs.get(SCORED, {}).get("parent_run_id", "")
