from dataclasses import replace

import numpy as np
import pytest
from experiments.made_repository import FINGERPRINT, PROTOCOL

from pipeline.evaluation.classes import Classes
from pipeline.experiments.comparable import (
    ComparisonError,
    check_same_test,
    find_warnings,
)
from pipeline.experiments.groups import group_seeds
from pipeline.experiments.read import read_experiments


@pytest.fixture(scope="module")
def pair(repository):
    return read_experiments(repository, ["none-1", "stam-1"])


def changed(experiment, **metrics):
    return replace(experiment, metrics={**experiment.metrics, **metrics})


def test_equal_tests_need_no_warning(pair):
    check_same_test(pair)
    assert find_warnings(pair) == {}


def test_other_test_clips_are_refused(repository):
    with pytest.raises(ComparisonError, match="6 of them are not in both, such as clip"):
        check_same_test(read_experiments(repository, ["none-1", "other-clips"]))


def test_other_labels_of_the_same_clips_are_refused(pair):
    fused = pair[1].scores["fused"]
    relabelled = replace(fused, labels=(fused.labels + 1) % 6)
    other = replace(pair[1], scores={**pair[1].scores, "fused": relabelled})
    with pytest.raises(ComparisonError, match="but labels differ"):
        check_same_test([pair[0], other])


def test_other_classes_are_refused(pair):
    other = replace(pair[1], classes=Classes(("a",), np.array([-1]), np.array([-1])))
    with pytest.raises(ComparisonError, match="has 6 classes, 'stam-1' 1"):
        check_same_test([pair[0], other])


def test_another_protocol_is_a_warning_that_names_who_has_which(pair):
    other = changed(pair[1], protocol={**PROTOCOL, "clips": {"name": "windows", "frames": 16}})
    warnings = find_warnings([pair[0], other])
    assert list(warnings) == ["the clips are not tested in the same way (protocol)"]
    line = "clips: name=uniform in none-1; name=windows frames=16 in stam-1"
    assert warnings.popitem()[1] == [line]


def test_other_preprocessing_is_a_warning(pair):
    other = changed(pair[1], fingerprint={**FINGERPRINT, "frames": {"size": 64, "quality": 90}})
    (lines,) = find_warnings([pair[0], other]).values()
    assert lines == ["frames.quality: 95 in none-1; 90 in stam-1"]


@pytest.mark.parametrize("key", ["attention", "gaze", "models", "recipe", "seed"])
def test_what_experiments_are_run_to_vary_is_no_warning(pair, key):
    other = changed(pair[1], fingerprint={**FINGERPRINT, key: "another"})
    assert find_warnings([pair[0], other]) == {}


def test_other_code_is_a_warning(pair):
    other = replace(pair[1], code={"pipeline/models": "1" * 32})
    assert find_warnings([pair[0], other]) == {"the code differs": ["pipeline/models"]}


def test_seeds_of_one_method_are_one_group(repository):
    names = ["none-1", "stam-1", "stam-2", "stam-3"]
    groups = group_seeds(read_experiments(repository, names))
    assert [group.label for group in groups] == ["none-1", "stam (3 seeds)"]
    assert [len(group.experiments) for group in groups] == [1, 3]


def test_one_training_by_two_commits_is_two_groups(pair):
    again = replace(pair[0], name="again", code={"pipeline/models": "1" * 32})
    assert [group.label for group in group_seeds([pair[0], again])] == ["none-1", "again"]


def test_one_method_by_two_recipes_is_two_groups(pair):
    coupled, apart = ({"rgb": {"model": {"coupling": coupling}}} for coupling in (True, False))
    runs = [
        replace(pair[0], name=f"lsta-{seed}", params={"seed": seed}, recipe=recipe)
        for seed, recipe in ((1, coupled), (2, coupled), (1, apart))
    ]
    groups = group_seeds([*runs[:2], replace(runs[2], name="conv")])
    assert [group.label for group in groups] == ["lsta (2 seeds)", "conv"]
    groups = group_seeds([runs[0], replace(runs[2], name="conv", params={"seed": 2})])
    assert [group.label for group in groups] == ["lsta-1", "conv"]


def test_methods_whose_names_begin_alike_are_told_apart(pair):
    def trained(name, seed, attention):
        params = {"seed": seed, "model": {"attention": attention}}
        return replace(pair[0], name=name, params=params)

    runs = [trained(f"run-{number}", number, "ab"[number // 2]) for number in range(4)]
    labels = [group.label for group in group_seeds(runs)]
    assert labels == ["run-0 run-1", "run-2 run-3"]
