"""What of two experiments must agree before their numbers are set side by side, and what should."""

from collections.abc import Sequence

import numpy as np

from pipeline.experiments.differences import list_differences
from pipeline.experiments.read import Experiment
from pipeline.nested import mapping_at

COMPARED = ("attention", "gaze", "models", "recipe", "seed")
"""Keys of the fingerprint that experiments are run to vary."""


class ComparisonError(ValueError):
    """Experiments whose numbers say nothing about each other."""


def check_same_test(experiments: Sequence[Experiment]) -> None:
    """Refuse experiments that were not tested on the same clips of the same classes.

    Raises:
        ComparisonError: clips, labels or classes differ from the first experiment's.
    """
    first = experiments[0]
    clips, labels = _test_clips(first)
    for other in experiments[1:]:
        if other.classes.names != first.classes.names:
            raise ComparisonError(
                f"'{first.name}' has {len(first.classes.names)} classes, '{other.name}' "
                f"{len(other.classes.names)}, and they are not the same; compare experiments on "
                "one data set"
            )
        other_clips, other_labels = _test_clips(other)
        differing = sorted(set(clips) ^ set(other_clips))
        if differing or dict(zip(clips, labels, strict=True)) != dict(
            zip(other_clips, other_labels, strict=True)
        ):
            raise ComparisonError(
                f"'{first.name}' was tested on {len(clips)} clips, '{other.name}' on "
                f"{len(other_clips)}; {len(differing)} of them are not in both"
                f"{f', such as {differing[0]}' if differing else ', but labels differ'}: compare "
                "experiments of the same protocol"
            )


def find_warnings(experiments: Sequence[Experiment]) -> dict[str, list[str]]:
    """Return what makes the numbers less comparable, in words, and a line for each such thing.

    These are: other ways of seeing and averaging clips (``protocol``), other frames, flow, data
    or versions (``fingerprint``), and other code.
    """
    names = [experiment.name for experiment in experiments]
    protocols = [mapping_at(experiment.metrics, "protocol") for experiment in experiments]
    prints = [mapping_at(experiment.metrics, "fingerprint") for experiment in experiments]
    kept = [{key: each[key] for key in each if key not in COMPARED} for each in prints]
    codes = [experiment.code for experiment in experiments]
    paths = sorted(set().union(*codes))
    changed = [path for path in paths if len({code.get(path) for code in codes}) > 1]
    found = {
        "the clips are not tested in the same way (protocol)": list_differences(names, protocols),
        "preprocessing, data or versions differ (fingerprint)": list_differences(names, kept),
        "the code differs": changed,
    }
    return {what: lines for what, lines in found.items() if lines}


def _test_clips(experiment: Experiment) -> tuple[list[str], list[int]]:
    test = experiment.scores["fused"].of("test")
    return np.asarray(test.clips).tolist(), test.labels.tolist()
