"""Verb, noun and action learnt together."""

import torch

from pipeline.training.errors import TrainingError
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import MultiTaskTerm
from pipeline.training.terms.cross_entropy import classify


def multi_task(look: Look, config: MultiTaskTerm) -> PartialMean:
    """Cross entropies of verb, noun and action, added (LSTA, section 6.5).

    Each is a mean of its own, over the clips that have such a class; a clip's noun is its first.
    How the action's scores bias the other classifiers is the head's.

    Raises:
        TrainingError: the network tells no verbs or nouns apart.
    """
    parts = look.seen.parts
    if not {"verb", "noun"} <= parts.keys():
        raise TrainingError(
            "losses: multi_task needs scores of verbs and nouns, and this network has none; take "
            "cross_entropy, or the head multi_task"
        )
    means = [
        classify(parts["verb"], look.batch.verb),
        classify(parts["noun"], look.batch.noun),
        classify(look.seen.logits, look.batch.action),
    ]
    factors = torch.tensor(
        [config.verb, config.noun, config.action], device=look.seen.logits.device
    )
    return PartialMean(
        factors * torch.stack([mean.total for mean in means]),
        torch.stack([mean.count for mean in means]),
    )
