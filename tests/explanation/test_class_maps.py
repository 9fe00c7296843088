import pytest
import torch

from pipeline.explanation.class_maps import class_maps
from pipeline.explanation.grad_cam import grad_cam, grad_cam_plus_plus
from pipeline.explanation.place import choose_place
from pipeline.models.backbone_facts import FACTS
from pipeline.models.errors import ModelError

CLASSES = torch.tensor([2, 0])
METHODS = ("none", "stam", "san", "lsta", "ego_rnn", "eleatt", "pooling", "w3", "cbam", "nonlocal")


def make_video(side=48, frames=4):
    return torch.rand(2, 3, frames, side, side, generator=torch.Generator().manual_seed(3)) - 0.5


def record_all(network, video):
    """Features of every place without attention, in one graph with the scores."""
    noted = {}

    def note(place, x):
        noted[place] = x
        return x

    last = network.backbone(video.requires_grad_(), note)
    return noted, network.head(last, None).logits


@pytest.mark.parametrize("backbone", FACTS)
def test_every_backbone_is_explained_at_every_block(build, backbone):
    network = build(backbone=backbone)
    noted, logits = record_all(network, make_video())
    scores = logits.gather(1, CLASSES[:, None]).sum()
    for place in FACTS[backbone].blocks[-4:]:
        (gradients,) = torch.autograd.grad(scores, noted[place], retain_graph=True)
        expected = grad_cam_plus_plus(noted[place].detach(), gradients)
        found = class_maps(network, make_video(), CLASSES, place)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    assert found.any()  # of the last block, whose features are rectified everywhere


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_explained_behind_its_attention(build, method):
    network = build(
        backbone="resnet34", attention=method, after=["last"] if method != "none" else []
    )
    place = choose_place(network, make_video(side=96))
    found = class_maps(network, make_video(side=96), CLASSES, place)
    assert found.shape == (2, 4, 3, 3)
    assert found.min() >= 0
    assert torch.isfinite(found).all()


def test_features_are_those_that_attention_left(build):
    network = build(attention="stam", after=["Mixed_4f"])
    video = make_video()
    seen = network(video)
    features = seen.attended["Mixed_4f"].features
    scores = seen.logits.gather(1, CLASSES[:, None]).sum()
    (gradients,) = torch.autograd.grad(scores, features)
    expected = grad_cam(features.detach(), gradients)
    found = class_maps(network, video, CLASSES, "Mixed_4f", grad_cam)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_what_a_later_module_taps_is_part_of_the_evidence(build):
    network = build(backbone="resnet34", attention="lsta", after=["last"])
    found = class_maps(network, make_video(), CLASSES, "layer4.2.conv2")
    assert found.any()


def test_frozen_parameters_change_nothing(build):
    network = build()
    expected = class_maps(network, make_video(), CLASSES, "Mixed_4f")
    network.requires_grad_(requires_grad=False)
    with torch.no_grad():
        torch.testing.assert_close(class_maps(network, make_video(), CLASSES, "Mixed_4f"), expected)


def test_an_explanation_leaves_nothing_behind(build):
    network = build()
    before = network(make_video()).logits
    class_maps(network, make_video(), CLASSES, "Mixed_4f")
    after = network(make_video()).logits
    torch.testing.assert_close(after, before, rtol=0, atol=0)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not network.backbone._forward_pre_hooks


def test_a_clips_map_does_not_depend_on_the_others(build):
    network = build()
    together = class_maps(network, make_video(), CLASSES, "Mixed_4f")
    alone = class_maps(network, make_video()[1:], CLASSES[1:], "Mixed_4f")
    torch.testing.assert_close(together[1:], alone, rtol=1e-4, atol=1e-7)


def test_an_unknown_place_names_those_there_are(build):
    with pytest.raises(ModelError, match=r"'Mixed_9z'.*Mixed_5c"):
        class_maps(build(), make_video(), CLASSES, "Mixed_9z")


@pytest.mark.parametrize("is_frozen", [True, False])
def test_a_tap_that_nobody_looks_at_explains_nothing(build, is_frozen):
    network = build(backbone="resnet34").requires_grad_(requires_grad=not is_frozen)
    with pytest.raises(ModelError, match="no score depends"):
        class_maps(network, make_video(), CLASSES, "layer4.2.conv2")


@pytest.mark.parametrize(
    ("changes", "side", "place"),
    [
        ({}, 96, "Mixed_5c"),
        ({}, 56, "Mixed_4f"),
        ({"attention": "stam", "after": ["Mixed_5c"]}, 96, "Mixed_5c"),
        ({"backbone": "resnet34"}, 96, "layer4.2"),
        ({"backbone": "resnet34", "attention": "lsta", "after": ["last"]}, 96, "layer4.1"),
        ({"backbone": "resnet34", "attention": "eleatt", "after": ["last"]}, 96, "layer4.1"),
        ({"backbone": "resnet34", "attention": "pooling", "after": ["last"]}, 96, "layer4.2"),
        ({"backbone": "tsm_mobilenetv2"}, 96, "features.18"),
        ({"backbone": "tsm_resnet50", "attention": "w3", "after": ["branches"]}, 96, "layer4.2"),
    ],
)
def test_the_last_block_that_can_show_where_is_explained(build, changes, side, place):
    assert choose_place(build(**changes), make_video(side)) == place


def test_small_images_are_explained_where_there_are_two_cells(build):
    assert choose_place(build(), make_video(side=5)) == "MaxPool3d_2a_3x3"


def test_images_of_one_cell_are_refused(build):
    with pytest.raises(ModelError, match="more than one cell"):
        choose_place(build(), make_video(side=1))
