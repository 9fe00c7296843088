from copy import deepcopy

import pytest
from studies.made_study import STUDY, write_study

from pipeline.params import validate
from pipeline.studies.errors import StudyError
from pipeline.studies.params import Study, slug
from pipeline.studies.read import read_study


def change(address, value):
    values = deepcopy(STUDY)
    *folders, last = address
    section = values
    for key in folders:
        section = section[key]
    section[last] = value
    return values


@pytest.mark.parametrize(
    ("address", "value", "told"),
    [
        (("baseline",), "other", r"baseline: found 'other', expected a row that is run: plain"),
        (("rows", 1, "against"), ["x"], r"against of 'Better!': found 'x'"),
        (("rows", 1, "name"), "Plain", r"rows: found 'plain' twice"),
        (("rows", 1, "overrides"), ["seed=3"], r"seed=3: the recipe is params\.yaml's"),
        (("rows", 1, "overrides"), ["recipe=paper"], r"recipe=paper: the recipe is"),
        (("splits",), {}, r"splits: found \[\]"),
        (("splits",), {"mean": []}, r"splits: found \['mean'\]"),
        (("seeds",), [], r"seeds"),
        (("rows", 0, "printed", 0, "values"), {"split 9": 1.0}, r"printed for \['split 9'\]"),
        (("mean",), "perhaps", r"mean: found 'perhaps'"),
        (("rows", 0, "printed", 0, "metric"), "f1", r"metric: found 'f1'"),
        (("rows", 0, "about"), "x", r"about: unknown key"),
        (("figures",), [{"name": "pie"}], r"found 'pie', expected 'confusion' or"),
        (
            ("figures",),
            [{"name": "confusion", "file": "a", "row": "x"}],
            r"figure 'a': found 'x', expected a row that is run",
        ),
    ],
)
def test_a_fault_of_a_studys_file_is_told_in_one_line(tmp_path, address, value, told):
    write_study(tmp_path, change(address, value))
    with pytest.raises(StudyError, match=told) as raised:
        read_study(tmp_path / "studies", "table")
    assert str(raised.value).startswith(f"{tmp_path}/studies/table.yaml: ")
    assert len(str(raised.value).splitlines()) == 1


def test_a_mean_that_is_not_taken_has_no_printed_figure(tmp_path):
    values = change(("rows", 0, "printed", 0, "values"), {"mean": 60.5})
    write_study(tmp_path, values)
    assert read_study(tmp_path / "studies", "table").mean
    write_study(tmp_path, values | {"mean": False})
    with pytest.raises(StudyError, match=r"printed for \['mean'\], expected official_split1"):
        read_study(tmp_path / "studies", "table")


def test_a_row_is_compared_with_the_baseline_or_with_what_it_names():
    values = change(("rows", 1, "against"), ["plain"])
    values["rows"] += [{"name": "third"}, {"name": "fourth", "against": []}]
    study = validate(Study, values, "study")
    assert [study.against(row) for row in study.rows] == [[], ["plain"], ["plain"], []]


@pytest.mark.parametrize(
    ("name", "expected"), [("+ CBAM with MFR", "cbam-with-mfr"), ("Li et al.", "li-et-al")]
)
def test_a_name_becomes_what_git_allows_in_a_reference(name, expected):
    assert slug(name) == expected


def test_an_unknown_study_names_those_there_are(tmp_path):
    (tmp_path / "stam_table2.yaml").write_text("title: x")
    with pytest.raises(StudyError, match=r"no such study; there are: stam_table2"):
        read_study(tmp_path, "stam_table9")
    with pytest.raises(StudyError, match=r"stam_table2\.yaml: splits: missing"):
        read_study(tmp_path, "stam_table2")
