import json
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from experiments.made_repository import NUM_CLASSES
from studies.made_study import STUDY
from studies.test_measure import make_experiment, make_plan, make_two_splits

from pipeline.params import validate
from pipeline.reporting.theme import LIGHT
from pipeline.studies.figure import choose_splits, draw_study
from pipeline.studies.measure import measure
from pipeline.studies.params import Study
from pipeline.studies.plan import Cell, Skipped
from pipeline.studies.record import as_record
from pipeline.studies.table import describe_study

CLIPS = [f"S{number // 5}-{number}" for number in range(20)]
LABELS = np.arange(20) % NUM_CLASSES


def make(num_right, seeds=(1, 2), study=STUDY, dataset="kitchen"):
    """A study whose rows name so many of 20 clips right."""
    cells, found = [], {}
    for row, numbers in num_right.items():
        for seed, number in zip(seeds, numbers, strict=True):
            name = f"{row}-s{seed}"
            cells.append(Cell(name, row, "official_split1", seed, ("model.attention=x",)))
            found[name] = make_experiment(name, np.arange(20) < number, LABELS, CLIPS, seed)
    plan = replace(make_plan(cells, seeds=seeds), study=validate(Study, study, "study"))
    plan = replace(plan, setting=replace(plan.setting, dataset=dataset))
    return plan, measure(plan, found), found


@pytest.fixture(scope="module")
def both():
    return make({"plain": (10, 12), "Better!": (15, 17)})


def cells_of(text, row, *words):
    """The cells of the first line of a table that begins with these words."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == row and all(word in cells for word in words):
            return cells
    raise AssertionError(f"no line of {row} with {words}")


def test_a_line_has_what_is_printed_beside_what_was_measured(both):
    text = describe_study(*both[:2])
    printed_as, scores, metric, split, printed, ours, seeds = cells_of(text, "plain")[1:]
    assert (printed_as, scores, metric, split) == ("Plain-o", "Fused", "micro", "official_split1")
    assert (printed, seeds) == ("60.50", "2")
    assert ours.startswith(f"55.0 ± {100 * np.std([0.5, 0.6], ddof=1):.1f} [")


def test_differences_have_the_printed_one_beside_them(both):
    text = describe_study(*both[:2])
    _, scores, _, _, printed, ours, *_, verdict = cells_of(text, "Better! − plain", "micro")
    assert (scores, printed) == ("Fused", "+9.50")
    assert ours.startswith("+25.0 [")
    assert verdict in {"real", "within noise"}


def test_remarks_are_numbered_below_the_table(both):
    text = describe_study(*both[:2])
    assert cells_of(text, "Better!")[5] == "70.00 [1]"
    assert "\n[1] printed twice\n" in text


def test_another_data_set_than_the_papers_is_said(both):
    assert "**Another data set**" in describe_study(*both[:2])
    same, measured, _ = make({"plain": (10, 12)}, dataset="egtea")
    assert "**Another data set**" not in describe_study(same, measured)


def test_rows_that_are_not_run_are_counted_and_say_why():
    study = deepcopy(STUDY)
    printed = {"row": "M", "stream": "fused", "metric": "micro"}
    values = {"official_split1": 55.63}
    study["rows"] += [
        {
            "name": "MCN",
            "absent": "no code of it is here",
            "printed": [printed | {"values": values}],
        }
    ]
    plan, measured, _ = make({"plain": (10, 12)}, study=study)
    plan = replace(plan, skipped=(Skipped("MCN", None, "no code of it is here"),))
    text = describe_study(plan, measured)
    assert "2 of 2 experiments are there. 1 of 3 rows are not run:" in text
    assert "- MCN: no code of it is here" in text
    assert cells_of(text, "MCN")[5:] == ["55.63", "–", "0"]


def test_a_figure_that_cannot_be_read_is_a_dash_with_its_remark():
    study = deepcopy(STUDY)
    study["rows"][0]["printed"][0] |= {"values": {"official_split1": None}, "note": "lost"}
    plan, measured, _ = make({"plain": (10, 12), "Better!": (15, 17)}, study=study)
    text = describe_study(plan, measured)
    assert cells_of(text, "plain")[5] == "– [1]"
    assert cells_of(text, "Better! − plain", "micro")[4] == "–"


def test_one_seed_says_that_it_says_nothing_of_others():
    plan, measured, _ = make({"plain": (10,), "Better!": (15,)}, seeds=(1,))
    assert "One seed: p says whether these trained networks differ" in describe_study(
        plan, measured
    )


def test_the_record_can_be_read_by_programs(both):
    record = json.loads(json.dumps(as_record(*both), allow_nan=False))
    assert record["table"][0] == {
        "row": "plain",
        "stream": "fused",
        "metric": "micro",
        "split": "official_split1",
        "printed": 60.5,
        "printed_as": "Plain-o",
    }
    ours = [each for each in record["ours"] if (each["row"], each["metric"]) == ("plain", "micro")]
    assert ours[0]["value"] == pytest.approx(0.55)
    assert record["differences"][0]["printed"] == pytest.approx(9.5)
    assert record["splits"]["official_split1"]["protocol"] == "official_split1"


def test_a_study_of_our_own_tells_all_accuracies_and_nothing_printed():
    study = {key: value for key, value in STUDY.items() if key != "source"}
    study["rows"] = [row | {"printed": []} for row in STUDY["rows"]]
    plan, measured, _ = make({"plain": (10, 12), "Better!": (15, 17)}, study=study)
    text = describe_study(plan, measured)
    assert "Printed" not in text
    assert "| row     | scores |       | split           | ours " in text
    assert cells_of(text, "plain", "macro")[1:3] == ["Fused", "macro"]


def test_the_figure_shows_the_mean_if_it_is_whole_and_else_the_first_split_there_is():
    plan, found = make_two_splits()
    assert choose_splits(plan, measure(plan, found)) == ["mean"]
    late = {name: each for name, each in found.items() if name.endswith("two")}
    assert choose_splits(plan, measure(plan, late)) == ["two"]
    lacking = {name: each for name, each in found.items() if name != "plain-two"}
    assert choose_splits(plan, measure(plan, lacking)) == ["one"]
    three = plan.study.model_copy(update={"splits": {**plan.study.splits, "three": []}})
    some = replace(plan, study=three)
    assert choose_splits(some, measure(some, found)) == ["one"]
    assert draw_study(some, measure(some, found), LIGHT).startswith(b"\x89PNG")
    text = describe_study(some, measure(some, found))
    assert "mean of 2 splits" in cells_of(text, "Better! − plain", "micro")
    apart, found = make_two_splits(mean=False)
    assert choose_splits(apart, measure(apart, found)) == ["one", "two"]


def test_a_study_without_a_mean_has_everything_on_each_split():
    plan, found = make_two_splits(mean=False)
    measured = measure(plan, found)
    text = describe_study(plan, measured)
    assert cells_of(text, "plain", "one")[-2].startswith("50.0 [")
    for split in plan.splits:
        assert cells_of(text, "Better! − plain", "micro", split)[5].startswith("+50.0")
    record = as_record(plan, measured, found)
    assert {each["split"] for each in record["differences"]} == {"one", "two"}
    assert draw_study(plan, measured, LIGHT).startswith(b"\x89PNG")


@pytest.mark.parametrize("rows", [("plain", "Better!"), ("Better!",)])
def test_the_figure_is_drawn_of_any_rows_that_there_are(rows):
    plan, measured, _ = make(dict.fromkeys(rows, (10, 12)))
    assert draw_study(plan, measured, LIGHT).startswith(b"\x89PNG")
