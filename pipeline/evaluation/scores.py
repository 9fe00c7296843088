"""Scores of one stream: what they are, and their file."""

import json
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import Bool, Float, Int

from pipeline.atomic import atomic_hdf5


class ScoresError(ValueError):
    """Scores that are incomplete, doubled, not finite, or do not fit each other."""


@dataclass(frozen=True)
class Scores:
    """One row a clip.

    Args:
        clips: names, (N,).
        parts: ``validation`` or ``test``, (N,).
        labels: true action ids, (N,).
        logits: scores of each action, (N, K); K is kept where N is 0.
        protocol: how they were made, as plain values.
    """

    clips: np.ndarray
    parts: np.ndarray
    labels: Int[np.ndarray, " N"]
    logits: Float[np.ndarray, "N K"]
    protocol: dict[str, object]

    def __post_init__(self) -> None:
        rows = {len(self.clips), len(self.parts), len(self.labels), len(self.logits)}
        if len(rows) != 1 or self.logits.ndim != 2:
            raise ScoresError(
                f"found {len(self.clips)} clips, {len(self.parts)} parts, {len(self.labels)} "
                f"labels and scores of shape {self.logits.shape}, expected one row a clip"
            )

    def of(self, part: str) -> "Scores":
        """Return the rows of one part."""
        return self.take(self.parts == part)

    def take(self, rows: Bool[np.ndarray, " N"] | Int[np.ndarray, " M"]) -> "Scores":
        """Return some rows, in the order given."""
        return Scores(
            self.clips[rows], self.parts[rows], self.labels[rows], self.logits[rows], self.protocol
        )


def no_scores() -> Scores:
    """Return scores of no clip, as of a stream or a joint model that the method does not have."""
    words = np.array([], dtype=str)
    return Scores(words, words, np.array([], np.int64), np.zeros((0, 0), np.float32), {})


def write_scores(path: Path, scores: Scores) -> None:
    """Write ``clip, part, label, logits`` atomically; the protocol is an attribute."""
    with atomic_hdf5(path) as file:
        words = h5py.string_dtype()
        file.create_dataset("clip", data=scores.clips.astype(object), dtype=words)
        file.create_dataset("part", data=scores.parts.astype(object), dtype=words)
        file["label"] = scores.labels.astype(np.int64)
        file["logits"] = scores.logits.astype(np.float32)
        file.attrs["score"] = "logits"
        file.attrs["protocol"] = json.dumps(scores.protocol, sort_keys=True)


def read_scores(path: Path) -> Scores:
    """Read scores written by `write_scores`.

    Raises:
        ScoresError: the file is absent or is no score file.
    """
    try:
        with h5py.File(path, "r") as file:
            return Scores(
                clips=file["clip"].asstr()[:].astype(str),
                parts=file["part"].asstr()[:].astype(str),
                labels=file["label"][:],
                logits=file["logits"][:],
                protocol=json.loads(file.attrs["protocol"]),
            )
    except (OSError, KeyError) as error:
        raise ScoresError(f"{path}: no readable scores ({error}); run `dvc repro score`") from error
