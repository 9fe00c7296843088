import os
from copy import deepcopy
from pathlib import Path

import pytest
from studies.made_study import PARAMS, STUDY, make_study_repository, resolve

from pipeline.params import validate
from pipeline.studies.data_digest import digest_data
from pipeline.studies.errors import StudyError
from pipeline.studies.params import Study
from pipeline.studies.plan import plan_study


@pytest.fixture
def root(tmp_path) -> Path:
    return make_study_repository(tmp_path / "repository").root


def plan(root, change=None, **limits):
    values = deepcopy(STUDY)
    if change:
        change(values)
    study = validate(Study, values, "studies/table.yaml")
    return plan_study("table", study, root, resolve, **limits)


def names(root, change=None):
    return [cell.name for cell in plan(root, change).cells]


def test_an_experiments_name_tells_study_row_split_and_seed(root):
    first = plan(root).cells[0]
    assert first.name.startswith("table-plain-official_split1-s1-")
    assert len(first.name.rsplit("-", 1)[1]) == 8
    assert first.overrides == ("protocol=official_split1", "model.attention=none", "seed=1")


def test_names_stay_while_what_is_trained_stays(root):
    before = names(root)
    (root / "params.yaml").write_text(
        PARAMS.replace("seed: 7", "seed: 9").replace("overlay_clips: 8", "overlay_clips: 2")
    )
    assert names(root) == before
    assert len(set(before)) == 4


@pytest.mark.parametrize(
    ("old", "new"), [("recipe: demo", "recipe: paper"), ("name: kitchen", "name: egtea")]
)
def test_another_recipe_or_configuration_gives_other_names(root, old, new):
    before = names(root)
    text = PARAMS.replace(old, new).replace("auto}\nprotocol", "/data}\nprotocol")
    (root / "params.yaml").write_text(text)
    if "recipe" in old:
        assert not set(before) & set(names(root))
    else:
        assert {cell.split for cell in plan(root).cells} == {"official_split1"}


def test_an_override_of_a_recipe_changes_its_rows_names_alone(root):
    def change(values):
        values["rows"][1]["overrides"] += ["recipes/{recipe}/stam.yaml:train.lr=0.5"]

    before, after = names(root), names(root, change)
    assert before[0] == after[0]
    assert before[1] != after[1]
    assert plan(root, change).cells[1].overrides[-2] == "recipes/demo/stam.yaml:train.lr=0.5"
    assert "lr: 0.1" in (root / "recipes/demo/stam.yaml").read_text()


def test_a_whole_table_comes_before_the_second_seed(root):
    assert [(cell.row, cell.seed) for cell in plan(root).cells] == [
        *(("plain", 1), ("Better!", 1)),
        *(("plain", 2), ("Better!", 2)),
    ]


def test_seeds_and_splits_can_be_limited_to_the_first(root):
    def change(values):
        values["splits"]["official_split2"] = ["protocol=official_split2"]

    limited = plan(root, change, num_splits=1, num_seeds=1)
    assert [(cell.split, cell.seed) for cell in limited.cells] == [("official_split1", 1)] * 2
    assert len(plan(root, change).cells) == 8


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("model.atention=none", r"Could not override 'model\.atention'"),
        ("model.attention", "missing EQUAL"),
        ("recipes/demo/w4.yaml:train.lr=1", "there is no file recipes/demo/w4.yaml"),
        ("recipes/demo/stam.yaml:train.rate=1", "Could not override 'train.rate'"),
        ("recipes/demo/stam.yaml:train.lr=fast", r"recipe_lr.*valid number"),
    ],
)
def test_a_wrong_override_is_one_message_with_file_and_row(root, override, told):
    def change(values):
        values["rows"][1]["overrides"] = [override]

    with pytest.raises(StudyError, match=told) as raised:
        plan(root, change)
    assert str(raised.value).startswith("studies/table.yaml: row 'Better!', official_split1: ")
    assert "fixate-study-" not in str(raised.value)


def skipped(root, change):
    return [(each.row, each.split, each.reason) for each in plan(root, change).skipped]


def test_a_row_without_code_is_skipped_and_says_so(root):
    def change(values):
        values["rows"] += [{"name": "MCN", "absent": "no code of it is here"}]

    assert skipped(root, change) == [("MCN", None, "no code of it is here")]
    assert len(plan(root, change).cells) == 4


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("dataset.name=epic", "there is no reader of the data set 'epic'"),
        ("dataset.name=gtea", "there is no reader of the data set 'gtea'"),
        ("protocol=listed", "the data set 'kitchen' has no protocol listed"),
    ],
)
def test_a_row_of_a_data_set_that_cannot_serve_it_is_skipped(root, override, told):
    def change(values):
        values["rows"][1]["overrides"] += [override]

    [(row, split, reason)] = skipped(root, change)
    assert (row, split) == ("Better!", "official_split1")
    assert reason.startswith(told)


def test_a_row_that_needs_gaze_is_skipped_where_there_is_none(root, tmp_path):
    table = tmp_path / "clips.csv"
    table.write_text("video,start_frame,stop_frame,label,part\na.mp4,0,240,wave,train\n")
    text = PARAMS.replace("{name: kitchen, root: auto}", f"{{name: table, root: {table}}}")
    (root / "params.yaml").write_text(text)

    def change(values):
        values["splits"] = {"official_split1": []}
        values["rows"][1]["needs"] = ["gaze"]

    assert skipped(root, change) == [
        ("Better!", "official_split1", "it needs gaze, and the data set 'table' has none")
    ]


@pytest.fixture
def own_table(root, tmp_path):
    """A list of clips that the study is run on, beside its video."""
    folder = tmp_path / "own"
    folder.mkdir()
    table = folder / "clips.csv"
    table.write_text("video,start_frame,stop_frame,label,part\na.mp4,0,240,wave,train\n")
    (folder / "a.mp4").write_bytes(b"video")
    choice = f"{{name: table, root: {table}}}"
    (root / "params.yaml").write_text(PARAMS.replace("{name: kitchen, root: auto}", choice))
    return folder


def on_a_table(values):
    values["splits"] = {"listed": ["protocol=listed"]}


def test_a_data_set_that_is_copied_keeps_the_names(root, own_table):
    before = names(root, on_a_table)
    for path in own_table.iterdir():
        os.utime(path, (1, 1))
    assert names(root, on_a_table) == before


@pytest.mark.parametrize(
    ("file", "old", "new"), [("clips.csv", b"wave", b"walk"), ("a.mp4", b"video", b"a longer one")]
)
def test_a_data_set_that_is_corrected_has_other_names(root, own_table, file, old, new):
    before = names(root, on_a_table)
    path = own_table / file
    path.write_bytes(path.read_bytes().replace(old, new))
    assert not set(before) & set(names(root, on_a_table))


def test_all_files_of_a_folder_count_but_hidden_ones(tmp_path):
    (tmp_path / "action_annotation").mkdir()
    (tmp_path / "clips.csv").write_text("of another kind")
    before = digest_data(tmp_path)
    (tmp_path / ".hidden").write_text("a")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert digest_data(tmp_path) == before
    (tmp_path / "action_annotation" / "train.txt").write_text("a")
    assert digest_data(tmp_path) != before


def test_a_row_that_is_written_for_other_recipes_is_skipped(root):
    def change(values):
        values["rows"][1]["by_recipe"] = {"paper": ["recipes/paper/stam.yaml:train.lr=0.5"]}

    [(row, _, reason)] = skipped(root, change)
    assert (row, reason) == ("Better!", "is for the recipe paper, not for 'demo'")


def test_what_a_study_adds_for_one_recipe_leaves_the_others_alone(root):
    def change(values):
        values["by_recipe"] = {"paper": ["recipes/paper/stam.yaml:+train.clips=16"]}

    assert names(root, change) == names(root)
    (root / "params.yaml").write_text(PARAMS.replace("recipe: demo", "recipe: paper"))
    assert names(root, change) != names(root)


def test_every_row_may_take_the_network_that_the_recipe_has_for_one_method(root):
    def change(values):
        values["backbone_of"] = "stam"

    assert plan(root, change).cells[0].overrides[0] == "model.backbone=small"
    (root / "params.yaml").write_text(PARAMS.replace("backbone: auto", "backbone: other"))
    assert plan(root, change).cells[0].overrides[0] == "model.backbone=other"
