"""The record of a prediction: one JSON document, written a segment at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
from jaxtyping import Float, Int

from pipeline.atomic import atomic_write
from pipeline.prediction.networks import Prediction

FORMAT = 1
"""Raised when readers of the file have to change."""
NUM_TOP = 5
DIGITS = 6
"""Decimals of scores and confidences: float32 has no more."""


class Record:
    """A document that is being written.

    Args:
        file: takes the text.
        head: what is known before the video is read.
        names: of the classes.
    """

    def __init__(self, file: TextIO, head: Mapping[str, object], names: Sequence[str]) -> None:
        self._file = file
        self._names = names
        self._is_first = True
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
        file.write("{\n" + ",\n".join([f'"format": {FORMAT}', *lines]) + ',\n"segments": [\n')

    def add(self, prediction: Prediction) -> None:
        """Append a segment."""
        self._file.write(("" if self._is_first else ",\n") + json.dumps(self._row(prediction)))
        self._is_first = False

    def end(self, summary: Mapping[str, object]) -> None:
        """Append what is known only now, and close the document."""
        self._file.write(f'\n],\n"summary": {json.dumps(summary)}\n}}\n')

    def _row(self, prediction: Prediction) -> dict[str, object]:
        segment = prediction.segment
        return {
            "start": round(segment.start, 3),
            "stop": round(segment.stop, 3),
            "first_frame": segment.frames[0].number,
            "num_frames": len(segment.frames),
            "top": top_rows(prediction.confidences, self._names),
            "scores": [_plain(score) for score in prediction.scores.tolist()],
        }


@contextmanager
def open_record(path: Path, head: Mapping[str, object], names: Sequence[str]) -> Iterator[Record]:
    """Give a document to fill; the file appears whole when the block ends without an error."""
    with atomic_write(path) as part, part.open("w", encoding="utf-8") as file:
        yield Record(file, head, names)


def top_classes(confidences: Float[np.ndarray, " K"]) -> Int[np.ndarray, " T"]:
    """Return the ids of the five surest classes, best first; of equals the lower id first."""
    return np.argsort(-confidences, kind="stable")[:NUM_TOP]


def top_rows(confidences: Float[np.ndarray, " K"], names: Sequence[str]) -> list[dict[str, object]]:
    """Return the five surest classes as plain values."""
    return [
        {
            "class": int(action),
            "name": names[action],
            "confidence": _plain(float(confidences[action])),
        }
        for action in top_classes(confidences)
    ]


def clock(seconds: float) -> str:
    """Return a time as people write it: 0:07.5, 12:00.0, 1:02:03.4."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    front = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{front}:{rest // 10:02d}.{rest % 10}"


def _plain(value: float) -> float | None:
    """Return a number that JSON can hold; minus infinity, the score of no share, is null."""
    return round(value, DIGITS) if np.isfinite(value) else None
