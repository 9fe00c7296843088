"""Points of a page for the test clips of each stream, near where their features are alike."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.explain import Features
from pipeline.evaluation.metrics import top_actions
from pipeline.evaluation.scores import Scores
from pipeline.explanation.embedding import embed_features
from pipeline.memo import Memo, content_key

VERSION = 1
"""Raised when equal features would give other points; part of the memo key."""
STEP = "embedding"
COLOURS, SHAPES = 8, 6
"""How many of each the page's style has; one more shape, a grey dot, is for rarer classes."""


@dataclass(frozen=True)
class Embedded:
    """One stream's test clips as points.

    Args:
        clips: names.
        points: of each clip, in units that mean nothing.
        labels: true action ids.
        named: the action that the stream names.
    """

    clips: Sequence[str]
    points: Float[np.ndarray, "N 2"]
    labels: Int[np.ndarray, " N"]
    named: Int[np.ndarray, " N"]


def embed_stream(features: Features, test: Scores, seed: int, memo: Memo) -> Embedded | None:
    """Return the points of a stream's test clips; None where it has no features."""
    row_of = {name: row for row, name in enumerate(features.clips)}
    rows = [row_of[name] for name in test.clips.tolist() if name in row_of]
    if not rows or len(rows) != len(test.clips):
        return None
    points = _points(features.features[rows], seed, memo)
    return Embedded(test.clips.tolist(), points, test.labels, top_actions(test.logits))


@dataclass(frozen=True)
class ClassMarks:
    """How classes are told apart.

    Args:
        pairs: a colour and a shape for each class that has a clip.
        are_parts: whether a colour is a verb and a shape a noun.
    """

    pairs: Mapping[int, tuple[int, int]]
    are_parts: bool


def class_marks(labels: Int[np.ndarray, " N"], classes: Classes) -> ClassMarks:
    """Return a colour and a shape for each class that has a clip.

    The colour is the verb and the shape the noun where there are few enough of both, and where no
    two classes have the same; else the commonest classes get one of the pairs each, and shape
    `SHAPES` is for the others.
    """
    present, counts = np.unique(labels, return_counts=True)
    verbs = np.unique(classes.verb_of_action[present], return_inverse=True)
    nouns = np.unique(classes.noun_of_action[present], return_inverse=True)
    has_parts = min(verbs[0].min(), nouns[0].min()) >= 0
    if has_parts and len(verbs[0]) <= COLOURS and len(nouns[0]) <= SHAPES:
        pairs = list(zip(verbs[1].tolist(), nouns[1].tolist(), strict=True))
        if len(set(pairs)) == len(pairs):
            return ClassMarks(dict(zip(present.tolist(), pairs, strict=True)), are_parts=True)
    order = present[np.argsort(-counts, kind="stable")].tolist()
    ranked = {
        label: (rank % COLOURS, min(rank // COLOURS, SHAPES)) for rank, label in enumerate(order)
    }
    return ClassMarks(ranked, are_parts=False)


def _points(features: Float[np.ndarray, "n C"], seed: int, memo: Memo) -> Float[np.ndarray, "n 2"]:
    """Embed features, or fetch what came of the same ones before."""
    digest = hashlib.blake2b(features.tobytes(), digest_size=20).hexdigest()
    key = content_key(digest, features.shape, seed, VERSION)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.npy"
        if not memo.fetch(STEP, key, {path.name: path}):
            np.save(path, embed_features(features, seed))
            memo.store(STEP, key, {path.name: path})
        points: Float[np.ndarray, "n 2"] = np.load(path)
        return points
