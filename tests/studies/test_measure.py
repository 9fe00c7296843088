from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from experiments.made_repository import CLIPS_A_SESSION, NUM_CLASSES
from studies.made_study import STUDY

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.scores import Scores
from pipeline.experiments.compare import compare
from pipeline.experiments.read import Experiment
from pipeline.params import validate
from pipeline.statistics.tally import tally
from pipeline.studies.measure import measure
from pipeline.studies.params import Study
from pipeline.studies.plan import Cell, Plan
from pipeline.studies.setting import Setting
from pipeline.studies.split_mean import mean_of_splits, spread_over

CLASSES = Classes(tuple("abcdef"), np.full(6, -1), np.full(6, -1))


def make_experiment(name, right, labels, clips, seed=1):
    """An experiment whose fused scores are right where it is told, in an order of their own."""
    labels, right = np.array(labels), np.array(right)
    named = np.where(right, labels, (labels + 1) % NUM_CLASSES)
    order = np.random.default_rng(len(name)).permutation(len(labels))
    scores = Scores(
        np.array(clips)[order],
        np.full(len(labels), "test"),
        labels[order],
        np.eye(NUM_CLASSES, dtype=np.float32)[named[order]],
        {},
    )
    metrics = {"chance": 0.25, "protocol": {"split": "official_split1"}, "fingerprint": {}}
    sessions = {clip: clip.split("-")[0] for clip in clips}
    params = {"seed": seed, "model": {"attention": name.split("-")[0]}}
    return Experiment(name, "0" * 40, params, metrics, {"fused": scores}, sessions, CLASSES, {}, {})


def make_plan(cells, splits=("official_split1",), seeds=(1, 2)):
    """A plan of made experiments; on several splits nothing is printed."""
    rows = STUDY["rows"]
    if len(splits) > 1:
        rows = [row | {"printed": []} for row in rows]
    values = STUDY | {"rows": rows, "splits": {split: [] for split in splits}}
    study = validate(Study, values, "study")
    setting = Setting(Path(), "demo", "kitchen", "auto", "auto")
    return Plan("table", study, setting, tuple(splits), tuple(seeds), tuple(cells), ())


def test_numbers_are_those_counted_by_hand():
    """Two splits of four clips, two seeds: right are 2 and 3 of 4, and 1 and 4 of 4."""
    rights = {
        ("one", 1): [1, 1, 0, 0],
        ("one", 2): [1, 1, 1, 0],
        ("two", 1): [0, 0, 0, 1],
        ("two", 2): [1, 1, 1, 1],
    }
    cells, found = [], {}
    for (split, seed), right in rights.items():
        clips = [f"S{number % 2}-{split}{number}" for number in range(4)]
        name = f"plain-{split}-{seed}"
        cells.append(Cell(name, "plain", split, seed, ()))
        found[name] = make_experiment(name, np.array(right, bool), [0, 0, 0, 1], clips, seed)
    measured = measure(make_plan(cells, ("one", "two")), found)
    ours = {key[2:]: value for key, value in measured.ours.items() if key[0] == "plain"}
    assert ours["micro", "one"].estimate.value == pytest.approx((2 / 4 + 3 / 4) / 2)
    assert ours["micro", "two"].estimate.value == pytest.approx((1 / 4 + 4 / 4) / 2)
    means = [(2 / 4 + 1 / 4) / 2, (3 / 4 + 4 / 4) / 2]
    assert ours["micro", "mean"].estimate.value == pytest.approx(np.mean(means))
    assert ours["micro", "mean"].estimate.sd == pytest.approx(np.std(means, ddof=1))
    macros = [[(2 / 3 + 0) / 2, (3 / 3 + 0) / 2], [(0 + 1) / 2, (1 + 1) / 2]]
    assert ours["macro", "mean"].estimate.value == pytest.approx(np.mean(macros))
    assert ours["micro", "mean"].seeds == (1, 2)
    assert measured.splits["one"].num_sessions == 2


def test_four_splits_have_a_mean_too():
    splits = ("s1", "s2", "s3", "s4")
    cells, found = [], {}
    for number, split in enumerate(splits):
        clips = [f"S{clip}-{split}" for clip in range(4)]
        name = f"plain-{split}"
        cells.append(Cell(name, "plain", split, 1, ()))
        right = np.arange(4) <= number
        found[name] = make_experiment(name, right, [0, 1, 2, 3], clips)
    measured = measure(make_plan(cells, splits, (1,)), found)
    assert measured.ours["plain", "fused", "micro", "mean"].estimate.value == pytest.approx(
        np.mean([1, 2, 3, 4]) / 4
    )


@pytest.fixture(scope="module")
def trainings():
    """Two methods with two seeds each on 12 sessions of 7 clips."""
    generator = np.random.default_rng(5)
    clips = [f"S{number // CLIPS_A_SESSION:02}-{number}" for number in range(84)]
    labels = generator.integers(0, NUM_CLASSES, 84)
    found = {}
    for row, accuracy in (("plain", 0.5), ("Better!", 0.8)):
        for seed in (1, 2):
            name = f"{row}-s{seed}"
            right = generator.random(84) < accuracy
            found[name] = make_experiment(name, right, labels, clips, seed)
    return found


def cells_of(found):
    return [
        Cell(name, name.rsplit("-", 1)[0], "official_split1", int(name[-1]), ()) for name in found
    ]


def test_on_one_split_all_numbers_are_those_of_the_command_compare(trainings):
    measured = measure(make_plan(cells_of(trainings)), trainings)
    compared = compare(list(trainings.values()), 0)
    for row, group in zip(("plain", "Better!"), compared.groups, strict=True):
        for metric, estimate in compared.accuracies["fused"][group.label].items():
            assert measured.ours[row, "fused", metric, "official_split1"].estimate == estimate
    (differences,) = measured.differences.values()
    for ours, theirs in zip(differences, compared.differences, strict=True):
        assert replace(ours, first="", second="") == replace(theirs, first="", second="")


def test_single_trainings_are_compared_clip_by_clip_too(trainings):
    first = {name: trainings[name] for name in ("plain-s1", "Better!-s1")}
    measured = measure(make_plan(cells_of(first)), first)
    compared = compare(list(first.values()), 0)
    ours = measured.differences["official_split1"][0]
    assert ours.mcnemar_p == compared.differences[0].mcnemar_p is not None
    assert ours.verdict == compared.differences[0].verdict


def test_a_mean_over_splits_takes_the_seeds_that_have_all_of_them():
    cells, found = [], {}
    for split, seeds in (("one", (1, 2)), ("two", (2,))):
        for seed in seeds:
            name = f"plain-{split}-{seed}"
            cells.append(Cell(name, "plain", split, seed, ()))
            clips = [f"S0-{split}0", f"S1-{split}1"]
            right = np.array([seed == 2, split == "one"])
            found[name] = make_experiment(name, right, [0, 1], clips, seed)
    measured = measure(make_plan(cells, ("one", "two")), found)
    assert measured.ours["plain", "fused", "micro", "one"].seeds == (1, 2)
    mean = measured.ours["plain", "fused", "micro", "mean"]
    assert mean.seeds == (2,)
    assert mean.estimate.value == pytest.approx((1 + 1 / 2) / 2)


def test_a_row_that_lacks_a_split_has_no_mean_and_no_test():
    cells, found = [], {}
    for row, splits in (("plain", ("one", "two")), ("Better!", ("one",))):
        for split in splits:
            name = f"{row}-{split}"
            cells.append(Cell(name, row, split, 1, ()))
            clips = [f"S0-{split}0", f"S1-{split}1"]
            found[name] = make_experiment(name, np.array([True, False]), [0, 1], clips)
    measured = measure(make_plan(cells, ("one", "two"), (1,)), found)
    assert ("Better!", "fused", "micro", "one") in measured.ours
    assert ("Better!", "fused", "micro", "mean") not in measured.ours
    assert measured.differences == {}


def make_two_splits(rows=("plain", "Better!"), splits=("one", "two"), **study):
    """Each row named half or all of a split's 60 clips right, on the splits that are run."""
    cells, found = [], {}
    for row in rows:
        for split in splits:
            name = f"{row}-{split}"
            cells.append(Cell(name, row, split, 1, ()))
            clips = [f"S{number // 5}-{split}{number}" for number in range(60)]
            right = (np.arange(60) % 2 == 0) | (row != "plain")
            labels = np.arange(60) // 10
            found[name] = make_experiment(name, right, labels, clips)
    plan = make_plan(cells, splits, (1,))
    return replace(plan, study=plan.study.model_copy(update=study)), found


def test_splits_that_are_not_averaged_are_tested_one_by_one_as_one_family():
    plan, found = make_two_splits(mean=False)
    measured = measure(plan, found)
    assert {split for *_, split in measured.ours} == {"one", "two"}
    assert list(measured.differences) == ["one", "two"]
    for split in plan.splits:
        (micro, macro) = measured.differences[split]
        assert (micro.first, micro.second, micro.value) == ("plain", "Better!", 0.5)
        assert micro.corrected_p == pytest.approx(4 * 2 / 2**12)
        assert micro.mcnemar_p is not None
        assert macro.corrected_p >= macro.p_value
    averaged = measure(replace(plan, study=make_two_splits()[0].study), found)
    assert list(averaged.differences) == ["mean"]


@pytest.fixture
def two_splits():
    """Accuracies by session of two splits that share a session, and their clips one by one."""
    generator = np.random.default_rng(3)
    clips = [
        [(f"S{session}", int(group), float(right)) for session, group, right in split]
        for split in (
            zip(
                generator.integers(0, 3, 9),
                generator.integers(0, 2, 9),
                generator.integers(0, 2, 9),
                strict=True,
            ),
            zip(
                generator.integers(2, 5, 7),
                generator.integers(0, 2, 7),
                generator.integers(0, 2, 7),
                strict=True,
            ),
        )
    ]
    everyone = sorted({session for split in clips for session, _, _ in split})
    tallies = []
    for split in clips:
        own = [session for session, _, _ in split]
        names, clusters = np.unique(own, return_inverse=True)
        groups, values = (np.array([clip[part] for clip in split]) for part in (1, 2))
        counted = tally(values, clusters, len(names), groups, 2)
        tallies.append(spread_over({"macro": counted}, own, everyone)["macro"])
    return clips, everyone, mean_of_splits(tallies)


def macro(split):
    shares = []
    for group in (0, 1):
        values = [right for _, own, right in split if own == group]
        shares += [sum(values) / len(values)] if values else []
    return sum(shares) / len(shares) if shares else np.nan


def test_a_mean_of_splits_is_the_mean_of_their_accuracies(two_splits):
    clips, _, mean = two_splits
    assert mean.accuracy() == pytest.approx(np.mean([macro(split) for split in clips]))
    assert mean.contributions().sum() == pytest.approx(mean.accuracy())
    assert mean.num_clusters == 5


def test_a_session_that_is_drawn_twice_counts_twice_in_every_split(two_splits):
    clips, everyone, mean = two_splits
    drawn = {"S0": 1, "S1": 2, "S2": 2, "S3": 1, "S4": 1}
    weights = np.array([[float(drawn[session]) for session in everyone]])
    repeated = [[clip for clip in split for _ in range(drawn[clip[0]])] for split in clips]
    assert mean.weighted(weights)[0] == pytest.approx(np.mean([macro(s) for s in repeated]))


def test_a_mean_of_one_split_is_that_split(two_splits):
    _, _, mean = two_splits
    assert mean_of_splits([mean]) is mean
