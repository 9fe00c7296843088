"""The classes of the set: every verb with every noun, some common and some rare."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from pipeline.kitchen.catalog import NOUNS, VERBS
from pipeline.kitchen.params import CLIPS_OF_THE_RAREST_CLASS, KitchenParams


@dataclass(frozen=True, order=True)
class Action:
    """A verb done to a noun; both are words of the catalog."""

    verb: str
    noun: str

    @property
    def label(self) -> str:
        """The class's name as EGTEA Gaze+ writes it, such as ``Take tomato``."""
        return f"{self.verb} {self.noun}"


def count_clips(params: KitchenParams) -> dict[Action, int]:
    """Return how many clips each class has.

    Verb and noun are independent: a class's share is the product of its verb's and its noun's,
    each falling geometrically, so that the noun on a single frame does not betray the verb.
    """
    verb_shares = _falling_shares(params.verbs, params.imbalance)
    noun_shares = _falling_shares(params.nouns, params.imbalance)
    shares = np.outer(verb_shares, noun_shares).ravel()
    actions = [
        Action(verb, noun.name) for verb in VERBS[: params.verbs] for noun in NOUNS[: params.nouns]
    ]
    counts = _round_to_total(shares, params.clips)
    return dict(zip(actions, counts.tolist(), strict=True))


def number_by_count(names: Iterable[str]) -> dict[str, int]:
    """Return the 1-based id of each name, the commonest first, ties by name."""
    counts = Counter(names)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return {name: number for number, name in enumerate(ordered, start=1)}


def _falling_shares(size: int, imbalance: float) -> np.ndarray:
    """Return shares whose first is the root of ``imbalance`` times the last."""
    shares = imbalance ** np.linspace(0.5, 0.0, size)
    return shares / shares.sum()


def _round_to_total(shares: np.ndarray, total: int) -> Int[np.ndarray, " K"]:
    """Round shares to whole counts of exactly ``total``, none below the fewest allowed."""
    spare = total - CLIPS_OF_THE_RAREST_CLASS * len(shares)
    wanted = np.maximum(shares * total - CLIPS_OF_THE_RAREST_CLASS, 0.0)
    wanted *= spare / max(wanted.sum(), 1e-9)
    counts = np.floor(wanted).astype(int)
    largest = np.argsort(counts - wanted, kind="stable")[: spare - counts.sum()]
    counts[largest] += 1
    return counts + CLIPS_OF_THE_RAREST_CLASS
