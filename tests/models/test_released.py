import pytest
import torch

from pipeline.models.errors import WeightsError
from pipeline.models.released import Released, recognise


def convolution(channels):
    return torch.zeros(4, channels, 7, 7, 7)


def i3d(channels, classes=3):
    return {
        "Conv3d_1a_7x7.conv3d.weight": convolution(channels),
        "Mixed_5c.b0.conv3d.weight": torch.zeros(1),
        "logits.conv3d.weight": torch.zeros(classes, 8, 1, 1, 1),
        "logits.conv3d.bias": torch.zeros(classes),
    }


IGA = {
    "base": {
        "module.model_rgb.Conv3d_1a_7x7.conv3d.weight": convolution(3),
        "module.model_flow.Conv3d_1a_7x7.conv3d.weight": convolution(2),
    },
    "gaze": {"module.g1.weight": torch.zeros(1)},
    "attn": {"module.fc_f.bias": torch.zeros(106), "module.fc.bias": torch.zeros(147)},
}


@pytest.fixture
def save(tmp_path):
    def make(name, content):
        torch.save(content, tmp_path / name)
        return tmp_path / name

    return make


def test_a_file_tells_its_kind_stream_and_classes(save):
    rgb, flow = save("a.pt", i3d(3)), save("b.pt", i3d(2))
    assert recognise([flow, rgb]) == {
        "rgb": Released((rgb,), "i3d", "rgb", 3),
        "flow": Released((flow,), "i3d", "flow", 3),
    }


def test_several_files_can_make_one_network(save):
    paths = tuple(save(f"{part}.pt", state) for part, state in IGA.items())
    assert recognise(paths) == {"joint": Released(paths, "iga", "joint", 106)}


def test_a_file_of_this_project_is_known_as_such(save, build):
    recognizer = build(num_classes=4)
    path = save("model.pt", {"phase": "train", "state": recognizer.state_dict()})
    assert recognise([path]) == {"rgb": Released((path,), "fixate", "rgb", None)}


def test_two_networks_of_one_stream_are_refused(save):
    with pytest.raises(WeightsError, match=r"b.pt and .*a.pt are both of the stream rgb"):
        recognise([save("a.pt", i3d(3)), save("b.pt", i3d(3))])


def test_a_part_without_the_others_is_refused(save):
    with pytest.raises(WeightsError, match=r"attn.pt: whose checkpoint it is cannot be told"):
        recognise([save("attn.pt", IGA["attn"])])


def test_a_stranger_beside_a_network_is_named(save):
    with pytest.raises(WeightsError, match=r"vgg.pt: whose checkpoint it is cannot be told"):
        recognise([save("a.pt", i3d(3)), save("vgg.pt", {"vgg.weight": torch.zeros(1)})])


def test_a_part_that_is_given_twice_is_named(save):
    paths = [save(f"{part}.pt", state) for part, state in IGA.items()]
    with pytest.raises(WeightsError, match=r"gaze.pt: whose checkpoint"):
        recognise([*paths, save("gaze2.pt", IGA["gaze"])])
