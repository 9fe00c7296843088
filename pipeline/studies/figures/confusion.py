"""STAM's figures 5 and 6: who is taken for whom, frequent classes first."""

from typing import Literal

import numpy as np
from jaxtyping import Int
from pydantic import PositiveInt

from pipeline.evaluation.metrics import confusion_matrix, top_actions
from pipeline.reporting.figures import draw_confusion
from pipeline.reporting.theme import LIGHT
from pipeline.studies.errors import StudyError
from pipeline.studies.figures.figure import FigureParams
from pipeline.studies.results import Results

OTHERS = "other classes"


class Confusion(FigureParams):
    """A confusion matrix of test clips, classes sorted by their number of test clips."""

    name: Literal["confusion"] = "confusion"
    """Which figure."""
    row: str
    """Whose answers."""
    stream: Literal["fused", "rgb", "flow", "joint"] = "fused"
    """Whose scores."""
    first: PositiveInt | None = None
    """How many classes are drawn, the most frequent ones; all others then are one."""

    @property
    def rows(self) -> list[str]:
        """The rows of the study that it shows."""
        return [self.row]

    def draw(self, results: Results) -> bytes:
        """Return the figure as PNG."""
        experiment = results.of(self.row)
        if self.stream not in experiment.scores:
            raise StudyError(f"row '{self.row}' has no scores of {self.stream}")
        test = experiment.scores[self.stream].of("test")
        names = experiment.classes.names
        counts = confusion_matrix(top_actions(test.logits), test.labels, len(names))
        order = frequent_classes(test.labels, len(names))
        shown = [names[number] for number in order[: self.first]]
        counts = gather_rest(counts[np.ix_(order, order)], len(shown))
        return draw_confusion(counts, [*shown, OTHERS][: len(counts)], LIGHT)


def gather_rest(counts: Int[np.ndarray, "K K"], first: int) -> Int[np.ndarray, "k k"]:
    """Return the counts of the first classes, and all others as one more class.

    So each row still sums to its class's clips. Without others it is what it was.
    """
    if first >= len(counts):
        return counts
    edges = [*range(first), first]
    return np.add.reduceat(np.add.reduceat(counts, edges, axis=0), edges, axis=1)


def frequent_classes(labels: Int[np.ndarray, " N"], num_classes: int) -> Int[np.ndarray, " K"]:
    """Return class ids by falling number of clips, equal ones by id."""
    return np.argsort(-np.bincount(labels, minlength=num_classes), kind="stable")
