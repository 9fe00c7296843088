"""What else than the protocol would change a number, gathered to stand beside it."""

import json
from collections.abc import Mapping
from pathlib import Path

import h5py

from pipeline.memo import file_digest
from pipeline.reporting.params import ReportConfig


def gather_fingerprint(
    config: ReportConfig, data_dir: Path, models_dir: Path, versions: Mapping[str, str]
) -> dict[str, object]:
    """Return the run's choices, what shaped frames and flow, digests of data and models, versions.

    Args:
        config: the run's facts.
        data_dir: ``data``, which holds ``index`` and ``clips``.
        models_dir: ``models``, with a folder a stream.
        versions: of the packages and the interpreter.
    """
    index = data_dir / "index"
    models = sorted(models_dir.glob("*/model.pt"))
    return {
        "recipe": config.recipe,
        "attention": config.attention,
        "gaze": config.gaze,
        "seed": config.seed,
        "frames": _parameters(data_dir / "clips", "frames_parameters"),
        "flow": _parameters(data_dir / "clips", "flow_parameters"),
        "data": {name: file_digest(index / name) for name in ("clips.csv", "classes.csv")},
        "models": {path.parent.name: file_digest(path) for path in models},
        "versions": dict(versions),
    }


def _parameters(clips_dir: Path, name: str) -> object:
    """What shaped the images of the sessions: one mapping, or a list where sessions differ."""
    found: list[object] = []
    for path in sorted(clips_dir.glob("*.h5")):
        with h5py.File(path, "r") as file:
            value = json.loads(file.attrs[name] or "{}")
        if value not in found:
            found.append(value)
    return found[0] if len(found) == 1 else found
