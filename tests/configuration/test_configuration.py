import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from configuration.open_index import put_weights, write_open_index
from imports import REPOSITORY
from ruamel.yaml import YAML

from pipeline.configuration.load import load_configuration
from pipeline.params import ParamsError, read_section, write_section
from pipeline.training.params import TrainConfig, model_of

RECIPES = REPOSITORY / "recipes"
COMBINATIONS = [(path.parent.name, path.stem) for path in sorted(RECIPES.glob("*/*.yaml"))]


def params(tmp_path: Path, **changes: object) -> Path:
    """Write the real params.yaml with changes, whose keys have __ for dots."""
    values = YAML(typ="safe").load(REPOSITORY / "params.yaml")
    for address, value in changes.items():
        *folders, last = address.split("__")
        section = values
        for folder in folders:
            section = section[folder]
        section[last] = value
    path = tmp_path / "params.yaml"
    YAML().dump(values, path)
    return path


def load(tmp_path: Path, **changes: object):
    return load_configuration(params(tmp_path, **changes), RECIPES, tmp_path, workers=2)[0]


@pytest.fixture
def table_root(tmp_path: Path) -> Path:
    root = tmp_path / "mine"
    root.mkdir()
    (root / "clips.csv").write_text(
        "video,start_frame,stop_frame,label,part\na.mp4,0,240,wave,train\na.mp4,240,480,wave,test\n"
    )
    (root / "a.mp4").write_bytes(b"some bytes")
    return root


@pytest.mark.parametrize(("recipe", "attention"), COMBINATIONS)
def test_every_recipe_gives_each_stage_of_the_graph_its_file(tmp_path, recipe, attention):
    put_weights(tmp_path)
    sections = load(tmp_path, recipe=recipe, model__attention=attention)
    outs = YAML(typ="safe").load(REPOSITORY / "dvc.yaml")["stages"]["configure"]["outs"]
    assert {f"data/config/{name}.yaml" for name in sections} == {next(iter(out)) for out in outs}
    for name, section in sections.items():
        write_section(tmp_path / f"{name}.yaml", section)
        assert read_section(tmp_path / f"{name}.yaml", type(section)) == section


@pytest.mark.parametrize("recipe", ["demo", "paper"])
def test_stams_first_phase_is_the_plain_methods_whole_training(tmp_path, recipe):
    put_weights(tmp_path)
    stam = load(tmp_path, recipe=recipe, model__attention="stam")["pretrain_rgb"]
    none = load(tmp_path, recipe=recipe, model__attention="none")["train_rgb"]
    assert isinstance(stam, TrainConfig)
    assert isinstance(none, TrainConfig)
    assert stam.phase == none.phase
    assert model_of(stam, stam.phase) == model_of(none, none.phase)


def test_another_attention_changes_the_training_stages_only(tmp_path):
    stam, none = load(tmp_path), load(tmp_path, model__attention="none")
    changed = {name for name in stam if stam[name] != none[name]}
    assert changed <= {
        "gaze",
        *(f"{stage}_{stream}" for stage in ("pretrain", "train") for stream in ("rgb", "flow")),
        "report",
    }


def test_the_papers_recipe_trains_on_all_training_clips(tmp_path):
    put_weights(tmp_path)
    assert load(tmp_path, recipe="paper")["index"].validation.by == "none"
    assert load(tmp_path, recipe="demo")["index"].validation.by == "session"


def test_a_wrong_attention_names_the_methods_there_are(tmp_path):
    with pytest.raises(ParamsError, match=r"model\.attention: found 'w33', expected .*'stam'"):
        load(tmp_path, model__attention="w33")


@pytest.mark.parametrize(
    ("address", "value", "message"),
    [
        ("flow__preset", "quick", r"flow: preset: found 'quick'.*'opencv' or 'wide'"),
        ("frames__size", "big", r"frames: size: found 'big'.*320x240"),
        ("kitchen__verbs", 1, r"kitchen: kitchen\.verbs: found 1"),
        ("supervision__gaze", "some", r"supervision\.gaze: found 'some'"),
        ("protocol", "official_split9", r"protocol: found 'official_split9'.*'iga_widened' or"),
        ("protocol", "listed", r"protocol: found 'listed'.*of data set kitchen: 'official_split1'"),
        ("protocol_seed", -1, r"protocol_seed: found -1"),
        ("recipe", "quick", r"recipe: found 'quick', expected 'demo' or 'paper'"),
        ("pack__max_share", 1, r"pack: max_share: unknown key"),
        ("frames__root", "/data", r"frames\.root: unknown key"),
        ("seed", -1, r"seed: found -1"),
        ("explain__removal", "grey", r"explain: removal: found 'grey'.*'blur' or 'mean'"),
        ("explain__place", "Mixed_9z", r"explain\.place: found 'Mixed_9z'.*rgb.*Mixed_5c"),
        ("explain__precision", "bfloat16", r"explain\.precision: unknown key"),
    ],
)
def test_a_slip_is_one_line_with_its_address(tmp_path, address, value, message):
    with pytest.raises(ParamsError, match=message):
        load(tmp_path, **{address: value})


def test_a_disjoint_protocol_carves_validation_by_what_it_keeps_apart(tmp_path):
    put_weights(tmp_path)
    demo = load(tmp_path, protocol="subject_disjoint", protocol_seed=5)["index"]
    assert (demo.protocol_seed, demo.validation.by) == (5, "subject")
    paper = load(tmp_path, protocol="subject_disjoint", recipe="paper")["index"]
    assert (paper.protocol_seed, paper.validation.by) == (1, "none")
    with pytest.raises(ParamsError, match=r"lets validation\.by be 'none' or 'subject'"):
        load(tmp_path, protocol="subject_disjoint", validation__by="session")


def test_the_seed_of_disjoint_protocols_changes_no_other(tmp_path):
    assert load(tmp_path, protocol_seed=5)["index"] == load(tmp_path)["index"]
    assert load(tmp_path)["index"].protocol_seed is None


def test_a_relative_root_is_refused_with_its_absolute_form(tmp_path):
    with pytest.raises(ParamsError, match=rf"dataset\.root={tmp_path}/mine"):
        load(tmp_path, dataset__name="table", dataset__root="mine")


def test_gaze_supervision_without_gaze_says_what_to_add(tmp_path, table_root):
    changes = {"dataset__name": "table", "dataset__root": str(table_root)}
    with pytest.raises(ParamsError, match=r"add -S supervision\.gaze=none"):
        load(tmp_path, **changes)
    assert not load(tmp_path, **changes, supervision__gaze="none")["gaze"].required
    assert not load(tmp_path, **changes, model__attention="none")["gaze"].required


def test_a_changed_file_of_an_outside_set_changes_the_index(tmp_path, table_root):
    changes = {"dataset__name": "table", "dataset__root": str(table_root)}
    before = load(tmp_path, **changes, supervision__gaze="none")
    (table_root / "a.mp4").write_bytes(b"other bytes of it")
    after = load(tmp_path, **changes, supervision__gaze="none")
    assert before["index"] != after["index"]
    assert before["frames"] == after["frames"]


def test_disk_and_time_of_an_outside_set_are_told_beforehand(tmp_path, table_root):
    path = params(
        tmp_path,
        dataset__name="table",
        dataset__root=str(table_root),
        supervision__gaze="none",
    )
    _, notes = load_configuration(path, RECIPES, tmp_path, workers=2)
    assert "2 clips, 1 sessions, 480 frames" in notes[0]
    assert "MB for frames and flow" in notes[0]


def test_absent_initial_weights_are_named_before_any_work(tmp_path):
    write_open_index(tmp_path)
    with pytest.raises(ParamsError, match=r"rgb_imagenet\.pt: absent.*weights=scratch"):
        load(tmp_path, recipe="paper")
    scratch = load(tmp_path, recipe="paper", model__weights="scratch")["pretrain_rgb"]
    assert isinstance(scratch, TrainConfig)
    assert scratch.phase.initial.name == "scratch"


def test_configure_imports_nothing_heavy():
    heavy = "{'torch', 'mlflow', 'sklearn', 'pandas', 'cv2', 'av'}"
    code = f"import sys, stages.configure; sys.exit(len({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False)
    assert run.returncode == 0


def test_configure_ends_with_one_message_and_no_trace(tmp_path):
    params(tmp_path, model__attention="w33")
    shutil.copytree(RECIPES, tmp_path / "recipes")
    command = [sys.executable, "-m", "stages.configure"]
    environment = {"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "w33" in run.stderr
    assert "Traceback" not in run.stderr


FLOW_CLIPS = "      flow_clips:\n        name: centre_stack\n        stack: "
FULL = "\nscore:\n  protocol:\n    views: full\n    crop: null\n"


@pytest.mark.parametrize(
    ("attention", "change", "message"),
    [
        ("iga", lambda text: text + FULL, r"score\.protocol\.views: found 'full', but iga's"),
        (
            "lsta",
            lambda text: text.replace(f"{FLOW_CLIPS}5", f"{FLOW_CLIPS}1"),
            r"joint \(flow\)\.score\.protocol\.clips\.stack: found 1, expected the network's 5",
        ),
    ],
)
def test_a_test_that_a_network_cannot_look_at_is_refused_beforehand(
    tmp_path, attention, change, message
):
    recipes = tmp_path / "recipes"
    shutil.copytree(RECIPES, recipes)
    recipe = recipes / "demo" / f"{attention}.yaml"
    recipe.write_text(change(recipe.read_text(encoding="utf-8")), encoding="utf-8")
    path = params(tmp_path, model__attention=attention)
    with pytest.raises(ParamsError, match=message):
        load_configuration(path, recipes, tmp_path, workers=2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fusion__mode": "joint"}, r"fusion\.mode: found 'joint', expected 'late'"),
        ({"model__backbone": "resnet5"}, r"backbone: found 'resnet5'.*'i3d' or"),
        ({"model__head": "tree"}, r"head: found 'tree'; .*'windows' or"),
        ({"model__checkpoint": "absent.pt"}, r"model\.checkpoint: .*absent\.pt"),
    ],
)
def test_a_network_that_there_is_not_is_named_with_those_that_there_are(tmp_path, changes, message):
    with pytest.raises(ParamsError, match=message):
        load(tmp_path, **changes)


def test_all_of_late_fusions_choices_reach_the_stage(tmp_path):
    chosen = {"average": "probabilities", "calibrate": True, "weights": "validation"}
    sections = load(tmp_path, **{f"fusion__{key}": value for key, value in chosen.items()})
    assert sections["fuse"].model_dump() == chosen


def test_choices_of_late_fusion_are_refused_where_one_network_decides(tmp_path):
    with pytest.raises(ParamsError, match=r"fusion\.calibrate: found 'True', but lsta has one"):
        load(tmp_path, model__attention="lsta", fusion__calibrate=True)
    late = load(tmp_path, model__attention="lsta", fusion__mode="late", fusion__calibrate=True)
    assert late["fuse"].calibrate


def test_late_fusion_leaves_the_joint_network_out(tmp_path):
    joint = load(tmp_path, model__attention="lsta")
    late = load(tmp_path, model__attention="lsta", fusion__mode="late")
    assert joint["joint"].plan.model.network.name == "cross_modal"
    assert (late["joint"].plan, late["score"].joint) == (None, None)
    assert late["train_rgb"] == joint["train_rgb"]
