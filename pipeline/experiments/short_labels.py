"""Names of methods as a figure has room for them; tables have them whole."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.experiments.results import Comparison

MOST_LETTERS = 28
DIGEST = re.compile(r"-[0-9a-f]{8}$")
"""What names of a study's experiments end with."""


def shorten_labels(comparison: Comparison) -> Comparison:
    """Return the same comparison under names of 28 letters at the most, where they stay apart."""
    labels = [group.label for group in comparison.groups]
    short = dict(zip(labels, short_names(labels), strict=True))
    return replace(
        comparison,
        groups=tuple(replace(group, label=short[group.label]) for group in comparison.groups),
        accuracies={
            stream: {short[label]: estimates for label, estimates in found.items()}
            for stream, found in comparison.accuracies.items()
        },
        differences=tuple(
            replace(each, first=short[each.first], second=short[each.second])
            for each in comparison.differences
        ),
        gains=tuple(
            replace(each, first=short[each.first], second=short[each.second])
            for each in comparison.gains
        ),
    )


def short_names(names: Sequence[str]) -> list[str]:
    """Leave out a study's digests, then the middles of long names; not what tells two apart."""
    for shorten in (lambda name: DIGEST.sub("", name), _without_middle):
        shorter = [shorten(name) for name in names]
        names = shorter if len(set(shorter)) == len(names) else names
    return list(names)


def _without_middle(name: str) -> str:
    if len(name) <= MOST_LETTERS:
        return name
    return f"{name[: MOST_LETTERS - 9]}…{name[-8:]}"
