"""Accuracy measures, as functions of scores ``(N, K)`` and labels ``(N,)``.

Ties go to the lower class id everywhere, so that top-1 and the top action are one thing.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


class MetricsError(ValueError):
    """Scores and labels that no accuracy can be taken of."""


@dataclass(frozen=True)
class ClassRow:
    """One class in the test part.

    Args:
        class_id: 0-based id.
        num_clips: test clips of the class.
        num_predicted: test clips that were named so.
        num_correct: test clips of the class that were named so.
    """

    class_id: int
    num_clips: int
    num_predicted: int
    num_correct: int

    @property
    def recall(self) -> float | None:
        """Share of the class's clips that were named so; None where it has no clip."""
        return self.num_correct / self.num_clips if self.num_clips else None

    @property
    def precision(self) -> float | None:
        """Share of the clips named so that are of the class; None where none was."""
        return self.num_correct / self.num_predicted if self.num_predicted else None


def top_actions(logits: Float[np.ndarray, "N K"]) -> Int[np.ndarray, " N"]:
    """Return the class of the highest score of each clip."""
    return logits.argmax(axis=1)


def top_k_accuracy(
    logits: Float[np.ndarray, "N K"], labels: Int[np.ndarray, " N"], k: int
) -> float:
    """Share of clips whose class is among the ``k`` highest scores (1 where ``k`` is K or more)."""
    _check_measurable(logits, labels)
    return float(is_among_top(logits, labels, k).mean())


def is_among_top(
    logits: Float[np.ndarray, "N K"], labels: Int[np.ndarray, " N"], k: int
) -> Bool[np.ndarray, " N"]:
    """Return which clips have their class among the ``k`` highest scores."""
    own = np.take_along_axis(logits, labels[:, None], axis=1)  # (N, 1)
    is_tied_and_earlier = (logits == own) & (np.arange(logits.shape[1]) < labels[:, None])
    rank = ((logits > own) | is_tied_and_earlier).sum(axis=1)  # (N,)
    return rank < k


def micro_accuracy(logits: Float[np.ndarray, "N K"], labels: Int[np.ndarray, " N"]) -> float:
    """Share of clips whose top action is right."""
    _check_measurable(logits, labels)
    return float((top_actions(logits) == labels).mean())


def confusion_matrix(
    predicted: Int[np.ndarray, " N"], labels: Int[np.ndarray, " N"], num_classes: int
) -> Int[np.ndarray, "K K"]:
    """Counts of clips by true class (row) and named class (column)."""
    pairs = labels * num_classes + predicted
    counts = np.bincount(pairs, minlength=num_classes * num_classes)
    return counts.reshape(num_classes, num_classes)


def macro_accuracy(
    confusion: Int[np.ndarray, "K K"], *, missing_counts_as_zero: bool = False
) -> float:
    """Mean over classes of the share of the class's clips that were named right.

    A class without a test clip is left out of the mean. ``missing_counts_as_zero`` divides by
    all K instead, as the code of IGA and LaViLa does; it lowers the number.
    """
    num_clips = confusion.sum(axis=1)
    is_present = num_clips > 0
    recall = confusion.diagonal()[is_present] / num_clips[is_present]
    return float(recall.sum() / (len(confusion) if missing_counts_as_zero else is_present.sum()))


def class_table(confusion: Int[np.ndarray, "K K"]) -> list[ClassRow]:
    """One row for each of the K classes, also those without a test clip."""
    columns = zip(confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal(), strict=True)
    return [
        ClassRow(class_id, int(clips), int(predicted), int(correct))
        for class_id, (clips, predicted, correct) in enumerate(columns)
    ]


def part_accuracy(
    predicted: Int[np.ndarray, " N"],
    labels: Int[np.ndarray, " N"],
    part_of_action: Int[np.ndarray, " K"],
) -> float | None:
    """Accuracy of the verb (or noun) of the top action; None where actions have none.

    ``part_of_action`` gives each action's verb (or main noun) id, -1 where it has none. A clip
    whose true action has none counts for nothing.
    """
    truth = part_of_action[labels]
    has_part = truth >= 0
    if not has_part.any():
        return None
    return float((part_of_action[predicted] == truth)[has_part].mean())


def chance_accuracy(
    training_labels: Int[np.ndarray, " M"], test_labels: Int[np.ndarray, " N"]
) -> float:
    """Test accuracy of always naming the commonest class of the training part."""
    if len(training_labels) == 0:
        raise MetricsError("no training labels: the commonest training class is not defined")
    return float((test_labels == np.bincount(training_labels).argmax()).mean())


def _check_measurable(logits: np.ndarray, labels: np.ndarray) -> None:
    if len(labels) == 0:
        raise MetricsError(
            "found no clips to measure, expected at least one; is there a test part in "
            "data/index/clips.csv?"
        )
    if not np.isfinite(logits).all():
        raise MetricsError(
            f"{int((~np.isfinite(logits)).any(axis=1).sum())} of {len(logits)} clips have scores "
            "that are not finite; the model diverged: look at its training curves"
        )
