"""All accuracies of one set of test scores."""

from dataclasses import asdict, dataclass

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.metrics import (
    confusion_matrix,
    macro_accuracy,
    micro_accuracy,
    part_accuracy,
    top_actions,
    top_k_accuracy,
)
from pipeline.evaluation.scores import Scores


@dataclass(frozen=True)
class Accuracy:
    """Accuracies in [0, 1].

    Args:
        micro: share of clips whose top action is right.
        macro: mean over the classes with test clips of the share that is right in each.
        top5: share of clips whose action is among the five highest scores.
        verb: share whose top action has the right verb; None without verbs.
        noun: share whose top action has the right main noun; None without nouns.
    """

    micro: float
    macro: float
    top5: float
    verb: float | None
    noun: float | None

    def as_dict(self) -> dict[str, float | None]:
        """Return the accuracies by name, in the order of the report's columns."""
        return asdict(self)


def measure(scores: Scores, classes: Classes, *, missing_counts_as_zero: bool = False) -> Accuracy:
    """Measure scores of one part, usually the test part."""
    logits, labels = scores.logits, scores.labels
    micro = micro_accuracy(logits, labels)
    predicted = top_actions(logits)
    confusion = confusion_matrix(predicted, labels, len(classes.names))
    return Accuracy(
        micro=micro,
        macro=macro_accuracy(confusion, missing_counts_as_zero=missing_counts_as_zero),
        top5=top_k_accuracy(logits, labels, 5),
        verb=part_accuracy(predicted, labels, classes.verb_of_action),
        noun=part_accuracy(predicted, labels, classes.noun_of_action),
    )
