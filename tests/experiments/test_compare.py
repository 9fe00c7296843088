import json

import numpy as np
import pytest
import scipy.stats
from experiments.made_repository import NUM_CLASSES, Recipe, add_experiment

from pipeline.evaluation.summary import measure
from pipeline.experiments.compare import compare
from pipeline.experiments.figure import draw_comparison
from pipeline.experiments.read import read_experiments
from pipeline.experiments.table import describe
from pipeline.experiments.write import file_stem, write_comparison
from pipeline.reporting.theme import LIGHT

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def experiments(repository):
    return read_experiments(repository, ["none-1", "stam-1", "same"])


@pytest.fixture(scope="module")
def compared(experiments):
    return compare(experiments, 0)


@pytest.fixture(scope="module")
def with_seeds(repository):
    names = ["none-1", "stam-1", "stam-2", "stam-3"]
    return compare(read_experiments(repository, names), 0)


def difference(comparison, second, metric="micro", stream="fused"):
    (found,) = (
        each for each in comparison.of(stream) if each.second == second and each.metric == metric
    )
    return found


def right_by_clip(experiment, stream="fused"):
    scores = experiment.scores[stream]
    right = scores.logits.argmax(axis=1) == scores.labels
    return dict(zip(scores.clips.tolist(), right.tolist(), strict=True))


def test_accuracies_are_the_reports(experiments, compared):
    for experiment in experiments:
        for stream, scores in experiment.scores.items():
            found = compared.accuracies[stream][experiment.name]
            expected = measure(scores, experiment.classes).as_dict()
            assert {metric: each.value for metric, each in found.items()} == pytest.approx(expected)


def test_every_interval_holds_its_number(compared):
    for of_stream in compared.accuracies.values():
        for found in of_stream.values():
            assert all(
                each.interval.low <= each.value <= each.interval.high for each in found.values()
            )
    assert all(
        each.interval.low <= each.value <= each.interval.high for each in compared.differences
    )


def test_differences_pair_clips_by_name_whatever_their_order(experiments, compared):
    first, second = right_by_clip(experiments[0]), right_by_clip(experiments[1])
    only = [
        sum(a[clip] and not b[clip] for clip in a) for a, b in ((first, second), (second, first))
    ]
    found = difference(compared, "stam-1")
    assert found.value == pytest.approx((only[1] - only[0]) / len(first))
    assert found.mcnemar_p == pytest.approx(scipy.stats.binomtest(only[0], sum(only)).pvalue)


def test_the_p_value_is_scipys_exchange_of_sessions(experiments, compared):
    first, second = right_by_clip(experiments[0]), right_by_clip(experiments[1])
    sums = dict.fromkeys(experiments[0].session_of.values(), 0)
    for clip, session in experiments[0].session_of.items():
        sums[session] += int(second[clip]) - int(first[clip])
    expected = scipy.stats.permutation_test(
        (np.array(list(sums.values())),), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert difference(compared, "stam-1").permutation_p == pytest.approx(expected)


def test_a_much_better_method_is_real_and_an_equal_one_noise(compared):
    assert difference(compared, "stam-1").verdict == "real (one seed)"
    assert difference(compared, "same").verdict == "within noise"


def test_an_experiment_does_not_differ_from_its_copy(own_repository):
    for name in ("one", "copy"):
        add_experiment(own_repository, name, Recipe())
    comparison = compare(read_experiments(own_repository, ["one", "copy"]), 0)
    for each in comparison.differences:
        assert (each.value, each.permutation_p, each.corrected_p) == (0, 1, 1)
        assert each.interval == (0, 0)


def test_p_values_are_corrected_within_a_stream(compared):
    for stream in ("fused", "rgb", "flow"):
        found = compared.of(stream)
        lowest = min(found, key=lambda each: each.p_value)
        assert lowest.corrected_p == pytest.approx(min(1, len(found) * lowest.p_value))
        assert all(each.corrected_p >= each.p_value for each in found)


def test_class_gains_sum_to_the_difference(compared):
    gains = [each for each in compared.gains if each.second == "stam-1"]
    assert len(gains) == NUM_CLASSES
    total = sum(each.gain for each in gains) / compared.num_clips
    assert total == pytest.approx(difference(compared, "stam-1").value)


def test_seeds_are_a_mean_with_a_spread(repository, with_seeds):
    single = read_experiments(repository, ["stam-1", "stam-2", "stam-3"])
    micros = [measure(each.scores["fused"], each.classes).micro for each in single]
    found = with_seeds.accuracies["fused"]["stam (3 seeds)"]["micro"]
    assert found.value == pytest.approx(np.mean(micros))
    assert found.sd == pytest.approx(np.std(micros, ddof=1))
    each = difference(with_seeds, "stam (3 seeds)")
    assert each.mcnemar_p is None
    assert each.p_value == max(each.permutation_p, each.seeds_p, each.combined_p)
    assert each.combined_p is not None


def test_seeds_that_spread_widely_make_a_difference_noise(own_repository):
    add_experiment(own_repository, "one", Recipe(accuracy=0.9))
    for seed, accuracy in ((1, 0.9), (2, 0.2)):
        add_experiment(own_repository, f"two-{seed}", Recipe("w3", seed, accuracy))
    names = ["one", "two-1", "two-2"]
    found = difference(compare(read_experiments(own_repository, names), 0), "two (2 seeds)")
    assert found.permutation_p < 0.01
    assert found.interval.low < -0.6
    assert found.verdict == "within noise"


def test_a_stream_is_compared_where_both_methods_have_it(repository):
    comparison = compare(read_experiments(repository, ["none-1", "lsta"]), 0)
    assert comparison.of("joint") == []
    assert list(comparison.accuracies["joint"]) == ["lsta"]


def test_all_pairs_are_every_two(experiments):
    pairs = {(each.first, each.second) for each in compare(experiments, 0, all_pairs=True).gains}
    assert pairs == {("none-1", "stam-1"), ("none-1", "same"), ("stam-1", "same")}


def test_the_same_seed_gives_the_same_comparison(experiments, compared):
    assert compare(experiments, 0).differences == compared.differences


def test_the_text_says_what_is_real_and_what_is_noise(compared):
    text = describe(compared)
    assert "stam-1 against none-1, fused micro: +" in text
    assert "**real (one seed)**" in text
    assert "**within noise**" in text
    assert "model.attention: none in none-1; stam in stam-1; copy in same" in text


def test_rows_that_differ_in_the_recipe_alone_are_two_methods_and_it_is_said(own_repository):
    params = {"recipe": "demo", "model": {"attention": "lsta", "backbone": "auto"}}
    for name, seed, coupling in (("convlstm-s1", 1, "false"), ("lsta-s2", 2, "true")):
        files = {"recipes/demo/lsta.yaml": f"rgb: {{model: {{coupling: {coupling}}}}}\n"}
        add_experiment(own_repository, name, Recipe(seed=seed, files=files, params=params))
    names = ["convlstm-s1", "lsta-s2"]
    comparison = compare(read_experiments(own_repository, names), 0)
    assert [group.label for group in comparison.groups] == names
    told = "recipes.rgb.model.coupling: False in convlstm-s1; True in lsta-s2"
    assert told in comparison.varied


def test_tables_are_aligned(compared):
    tables = [block for block in describe(compared).split("\n\n") if block.startswith("|")]
    for table in tables:
        assert len({len(line) for line in table.splitlines()}) == 1


@pytest.mark.parametrize(
    "names",
    [["none-1", "stam-1"], ["none-1", "none-1"], ["stam-1", "stam-2"], ["lsta", "same", "stam-3"]],
    ids=" ".join,
)
def test_any_comparison_can_be_drawn(repository, names):
    comparison = compare(read_experiments(repository, list(dict.fromkeys(names))), 0)
    assert draw_comparison(comparison, LIGHT).startswith(PNG)


def test_text_numbers_and_figure_are_written_beside_each_other(repository, tmp_path):
    names = ["none-1", "stam-1"]
    text, paths = write_comparison(repository, names, tmp_path, seed=0, all_pairs=False)
    assert [path.name for path in paths] == [
        f"none-1_stam-1.{end}" for end in ("md", "json", "png")
    ]
    assert paths[0].read_text() == text
    record = json.loads(paths[1].read_text())
    assert record["groups"]["stam-1"][0]["seed"] == 1
    assert len(record["differences"]) == 6
    assert paths[2].read_bytes().startswith(PNG)


def test_names_that_no_disk_takes_are_made_safe():
    assert file_stem(["a/b", "c"]) == "a-b_c"
    many = file_stem([f"experiment-{number}" for number in range(40)])
    assert len(many) <= 120
    assert many != file_stem([f"experiment-{number}" for number in range(41)])
