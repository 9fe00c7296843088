import pytest
import torch

import stages.import_weights
from models import published_keys
from pipeline.evaluation.trained import load_joint
from pipeline.models.errors import WeightsError
from pipeline.models.key_maps import KEY_MAPS
from pipeline.models.trained import read_trained
from pipeline.weights_command.importing import run
from pipeline.weights_command.networks import FIXED, PAIRS, READ

CLASSES = 11


@pytest.fixture
def mobilenet(tmp_path):
    return save(tmp_path / "tsm.pth", published_keys.tsm_mobilenetv2(classes=CLASSES))


def save(path, shapes):
    state = {name: torch.zeros(shape) for name, shape in shapes.items()}
    torch.save({"epoch": 3, "arch": "mobilenetv2", "state_dict": state}, path)
    return path


def test_every_kind_has_a_network_but_for_starts_of_two_streams():
    assert {*FIXED, *READ, *PAIRS} == set(KEY_MAPS) - {"fixate", "iga_base"}


def test_every_tensors_fate_is_printed(mobilenet):
    lines = run([str(mobilenet), "--as", "tsm_mobilenetv2"]).splitlines()
    line = "backbone.features.3.conv.0.0.weight <- base_model.features.3.conv.0.net.weight"
    assert f"loaded   {line}" in lines
    assert lines[-2] == "314 tensors loaded, 314 renamed, 0 adapted, 0 dropped, 0 new"
    assert lines[-1] == "tsm_mobilenetv2, rgb, 11 classes: a finished network"


def test_the_written_network_is_complete(mobilenet, tmp_path):
    run([str(mobilenet), "-o", str(tmp_path / "model.pt")])
    trained = read_trained(tmp_path / "model.pt")
    assert trained.model.backbone == "tsm_mobilenetv2"
    assert trained.model.normalisation == "imagenet"
    assert (trained.in_channels, trained.naming.num_classes) == (3, CLASSES)
    assert trained.weights["head.linear.weight"].shape == (CLASSES, 1280)


def test_other_classes_leave_the_classifier_untrained(mobilenet):
    text = run([str(mobilenet), "--classes", "4"])
    assert "dropped  new_fc.weight: 11 classes, the network has 4" in text
    assert "new      head.linear.bias" in text
    assert text.endswith("4 classes: weights to begin with, since 2 tensors are still untrained")


def test_pictures_weights_need_a_number_of_classes(tmp_path):
    path = save(tmp_path / "mobilenet.pth", published_keys.torchvision_mobilenetv2())
    with pytest.raises(WeightsError, match=r"mobilenet.pth: holds no classifier of actions.*--cla"):
        run([str(path)])
    assert "3 classes: weights to begin with" in run([str(path), "--classes", "3"])


def test_the_wrong_kind_is_named_with_the_right_one(mobilenet):
    with pytest.raises(WeightsError, match=r"kind 'stam'.*it looks like tsm_mobilenetv2"):
        run([str(mobilenet), "--as", "stam"])


@pytest.mark.parametrize("change", ["missing", "extra", "misshaped"])
def test_one_tensor_that_does_not_fit_is_named(tmp_path, change):
    shapes = published_keys.tsm_mobilenetv2(classes=CLASSES)
    name = "module.base_model.features.7.conv.3.weight"
    ours = r"backbone.features.7.conv.1.0.weight"
    if change == "missing":
        del shapes[name]
        message = rf"1 missing: {ours} \[192, 1, 3, 3\]"
    elif change == "extra":
        shapes["module.base_model.features.99.weight"] = [2]
        message = r"1 unknown: backbone.features.99.weight \[2\]"
    else:
        shapes[name] = [192, 1, 5, 5]
        message = rf"{ours} found \[192, 1, 5, 5\], expected \[192, 1, 3, 3\]"
    with pytest.raises(WeightsError, match=message):
        run([str(save(tmp_path / "tsm.pth", shapes))])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lsta", "ego_rnn_flow", "stam"])
def test_an_official_list_makes_its_published_network(kind, shared_dir, tmp_path):
    import json

    lists = {"lsta": "lsta_keys", "ego_rnn_flow": "egornn_keys", "stam": "stam_keys"}
    shapes = json.loads((shared_dir / "checkpoint_keys" / f"{lists[kind]}.json").read_text())
    path = save(tmp_path / "made.pt", shapes["flow"] if kind == "ego_rnn_flow" else shapes)
    text = run([str(path), "-o", str(tmp_path / "model.pt")])
    assert text.splitlines()[-2].endswith("a finished network")
    model = read_trained(tmp_path / "model.pt").model
    assert (model.stack, model.attention.name) == {
        "lsta": (1, "lsta"),
        "ego_rnn_flow": (5, "none"),
        "stam": (1, "stam"),
    }[kind]


@pytest.mark.slow
def test_a_network_of_two_streams_is_written_whole(shared_dir, tmp_path):
    import json

    lists = json.loads((shared_dir / "checkpoint_keys" / "iga_keys.json").read_text())
    files = [str(save(tmp_path / f"{part}.pt", lists[part])) for part in ("base", "gaze", "attn")]
    text = run([*files, "-o", str(tmp_path / "joint.pt")])
    assert "iga, joint, 106 classes: a finished network" in text
    assert load_joint(tmp_path / "joint.pt").normalisations == ("minus_one_one",) * 2


def test_the_stage_ends_with_a_fault_in_words(monkeypatch):
    monkeypatch.setattr("sys.argv", ["import_weights", "absent.pt"])
    with pytest.raises(SystemExit, match=r"^import_weights: absent.pt: cannot be read"):
        stages.import_weights.main()
