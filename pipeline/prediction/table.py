"""Scores of videos as a table, for callers who have a program and no terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.prediction.errors import PredictionError
from pipeline.prediction.film import Film
from pipeline.prediction.networks import Networks, Prediction
from pipeline.prediction.watch import Pace, watch

if TYPE_CHECKING:
    import pandas as pd

WORDS = ("video", "action")
"""Columns of words; all others are of numbers."""
OWN_COLUMNS = ("video", "start", "stop", "action", "confidence", "seconds_lost")
"""Before a column a class: a segment's video, its times in seconds, its surest class with the
confidence, and what could not be read of the whole video."""


@dataclass(frozen=True)
class TableWish:
    """What the classes' columns hold.

    Args:
        pace: how videos are cut.
        has_scores: raw fused scores in place of confidences.
    """

    pace: Pace
    has_scores: bool


def table_columns(classes: Sequence[str]) -> list[str]:
    """Return the columns' names: a class's is its own, with its number where that is taken."""
    columns = list(OWN_COLUMNS)
    for number, name in enumerate(classes):
        columns.append(f"{name} [{number}]" if name in columns else name)
    return columns


def predict_table(paths: Sequence[str], networks: Networks, wish: TableWish) -> "pd.DataFrame":
    """Return a row for each segment of each video, in order.

    Raises:
        PredictionError: a video cannot be read; names it.
    """
    import pandas as pd

    if not paths:
        raise PredictionError("found no path, expected that of a video or several")
    rows = [row for path in paths for row in _rows(Path(path), networks, wish)]
    return pd.DataFrame(rows, columns=table_columns(networks.config.classes))


def _rows(path: Path, networks: Networks, wish: TableWish) -> list[list[str | float]]:
    with Film(path.absolute()) as film:
        rows = [
            _row(path, prediction, networks, wish)
            for prediction in watch(film, networks, wish.pace, None)
        ]
        for row in rows:  # known only now
            row[OWN_COLUMNS.index("seconds_lost")] = film.seconds_lost
    return rows


def _row(
    path: Path, prediction: Prediction, networks: Networks, wish: TableWish
) -> list[str | float]:
    best = int(prediction.confidences.argmax())
    values = prediction.scores if wish.has_scores else prediction.confidences
    return [
        *(str(path), prediction.segment.start, prediction.segment.stop),
        *(networks.config.classes[best], float(prediction.confidences[best]), 0.0),
        *(float(value) for value in values),
    ]
