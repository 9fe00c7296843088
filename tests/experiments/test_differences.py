import numpy as np
import pytest

from pipeline.experiments.differences import LONGEST_VALUE, list_differences

NAMES = ["first", "second"]
LONG = {f"setting_{number}": "x" * 20 for number in range(9)}


def differences(*values, names=NAMES):
    return list_differences(names, [{"key": value} for value in values])


def histogram(generator):
    shares = generator.random(32)
    return [round(float(share), 4) for share in shares / shares.sum()]


def test_equal_values_are_no_difference():
    assert differences(LONG, dict(LONG)) == []


def test_those_of_one_value_stand_together():
    assert differences(1, 2, 1, names=list("abc")) == ["key: 1 in a, c; 2 in b"]


def test_short_mappings_of_other_keys_stand_side_by_side():
    lines = differences({"name": "uniform"}, {"name": "windows", "frames": 16})
    assert lines == ["key: name=uniform in first; name=windows frames=16 in second"]


def test_of_long_mappings_only_what_differs_is_told():
    lines = differences({**LONG, "tau": 0.25, "gone": 1}, {**LONG, "tau": 0.3})
    assert lines == [
        "key.tau: 0.25 in first; 0.3 in second",
        "key.gone: 1 in first; nothing in second",
    ]


def test_an_empty_mapping_stands_beside_a_long_one():
    (line,) = differences({}, LONG)
    assert line.startswith("key: empty in first; setting_0=xxx")


def test_histograms_differ_by_their_total_variation():
    generator = np.random.default_rng(0)
    one, two = histogram(generator), histogram(generator)
    expected = sum(max(a - b, 0) for a, b in zip(one, two, strict=True))
    (line,) = differences(one, two, one, names=["a", "b", "c"])
    told = line.removeprefix("key: ").removesuffix(" (total variation from a)")
    share, name = told.split("% in ")
    assert (float(share), name) == (pytest.approx(100 * expected, abs=0.03), "b")


def test_histograms_of_no_common_level_differ_by_all():
    one, two = ([float(place == level) for place in range(32)] for level in (0, 31))
    assert differences(one, two) == ["key: 100.00% in second (total variation from first)"]


def test_of_long_lists_only_what_not_all_hold_is_told():
    shared = [f"{number}x{number}" for number in range(100, 140)]
    lines = differences(["3x2", *shared], [*shared, "6x4", "7x5"])
    assert lines == ["key: ['3x2'] in first; ['6x4', '7x5'] in second, beside what all have"]
    lines = differences(shared, [*shared, "6x4"])
    assert lines == ["key: nothing in first; ['6x4'] in second, beside what all have"]


def test_one_other_mapping_in_long_lists_is_looked_into():
    changed = {**LONG, "setting_3": "y"}
    lines = differences([LONG, {**LONG, "quality": 95}], [LONG, {**LONG, "quality": 90}])
    assert lines == ["key.quality: 95 in first; 90 in second"]
    lines = differences(LONG, [LONG, changed])  # as of sessions that were all shaped alike
    assert lines[0].startswith("key: nothing in first; [{'setting_0'")


def test_lists_in_another_order_are_shown_from_where_they_differ():
    values = [f"session{number}" for number in range(30)]
    (line,) = differences(values, [*values[:20], values[21], values[20], *values[22:]])
    assert "session20" in line.split(" in first; ")[0]
    assert "session21" in line.split(" in first; ")[1][:40]


def test_long_texts_are_shown_from_where_they_differ():
    (line,) = differences("x" * 300 + "one", "x" * 300 + "two")
    assert line == f"key: …{'x' * 12}one in first; …{'x' * 12}two in second"


def test_many_and_long_differences_are_cut_short():
    values = [{f"key{number}": f"{name}" * 200 for number in range(30)} for name in "ab"]
    lines = list_differences(NAMES, values)
    assert lines[-1] == "22 more"
    assert all(len(line) < 2 * LONGEST_VALUE + 40 for line in lines)
