import pytest
import torch
from models.tiny_backbone import (
    Record,
    features_in_evaluation,
    num_parameters,
    published,
    shapes,
    started,
    untouched,
    without_gradient,
)
from torch.nn import functional as F

from pipeline.models.backbones.first_convolution import mean_first_convolution
from pipeline.models.backbones.resnet import resnet34, tam_resnet50, tsm_resnet50, tsn_resnet50

RESNETS = {
    "resnet34": resnet34,
    "tsn_resnet50": tsn_resnet50,
    "tsm_resnet50": tsm_resnet50,
    "tam_resnet50": tam_resnet50,
}
BLOCKS = [
    *("layer1.0", "layer1.1", "layer1.2"),
    *("layer2.0", "layer2.1", "layer2.2", "layer2.3"),
    *("layer3.0", "layer3.1", "layer3.2", "layer3.3", "layer3.4", "layer3.5"),
    *("layer4.0", "layer4.1", "layer4.2"),
]
NORM = ("weight", "bias", "running_mean", "running_var")


@pytest.fixture
def video(generator):
    return torch.randn(2, 3, 4, 33, 40, generator=generator)


def norm_shapes(name, channels):
    """Batch norm's tensors in a checkpoint of torchvision."""
    return {
        **{f"{name}.{part}": [channels] for part in NORM},
        f"{name}.num_batches_tracked": [],
    }


def torchvision_resnet50_shapes():
    """Names and shapes, from the paper's table 1 and torchvision's way of naming."""
    expected = {"conv1.weight": [64, 3, 7, 7], **norm_shapes("bn1", 64)}
    channels = 64
    for block in BLOCKS:
        inner = 32 * 2 ** int(block[5])
        expected[f"{block}.conv1.weight"] = [inner, channels, 1, 1]
        expected[f"{block}.conv2.weight"] = [inner, inner, 3, 3]
        expected[f"{block}.conv3.weight"] = [4 * inner, inner, 1, 1]
        for number, size in ((1, inner), (2, inner), (3, 4 * inner)):
            expected |= norm_shapes(f"{block}.bn{number}", size)
        if block.endswith(".0"):
            expected[f"{block}.downsample.0.weight"] = [4 * inner, channels, 1, 1]
            expected |= norm_shapes(f"{block}.downsample.1", 4 * inner)
        channels = 4 * inner
    return expected


def test_resnets_with_a_classifier_of_1000_have_torchvisions_number_of_parameters():
    assert num_parameters(published(resnet34)) + 513 * 1000 == 21_797_672
    assert num_parameters(published(tsn_resnet50)) + 2049 * 1000 == 25_557_032


@pytest.mark.parametrize("stream", ["rgb", "flow"])
def test_resnet34_has_the_names_and_shapes_of_ego_rnns_checkpoint(official_keys, stream):
    prefix, in_channels = {"rgb": ("resNet.", 3), "flow": ("", 10)}[stream]
    expected = {
        name.removeprefix(prefix): shape
        for name, shape in official_keys("egornn_keys")[stream].items()
        if name.startswith((f"{prefix}conv1", f"{prefix}bn1", f"{prefix}layer"))
    }
    assert len(expected) == 216
    assert shapes(published(resnet34, in_channels)) == expected


@pytest.mark.parametrize("construct", [tsn_resnet50, tsm_resnet50])
def test_resnet50_has_torchvisions_names_and_shapes_with_and_without_shift(construct):
    assert shapes(published(construct)) == torchvision_resnet50_shapes()


@pytest.mark.parametrize("name", RESNETS)
@pytest.mark.parametrize("width", [0.125, 0.25])
def test_attend_is_called_at_every_place_in_order_with_the_channels_there(name, width, video):
    backbone, record = started(RESNETS[name], width=width), Record()
    last = backbone(video, record)
    places = [(place.name, place.channels) for place in backbone.places.values()]
    assert [(place, x.shape[1]) for place, x in record.seen.items()] == places
    assert last is record.seen["layer4.2"]
    assert tuple(last.shape) == (2, backbone.channels, 4, 2, 2)


@pytest.mark.parametrize("name", RESNETS)
def test_places_are_the_branch_and_the_sum_of_every_block(name):
    expected = [place for block in BLOCKS for place in (f"{block}.branch", block)]
    places = list(published(RESNETS[name]).places)
    assert [place for place in places if place != "layer4.2.conv2"] == expected
    assert ("layer4.2.conv2" in places) == (name == "resnet34")


def test_every_stage_has_its_published_output_shape():
    record = Record()
    published(tsn_resnet50)(torch.empty(1, 3, 2, 224, 224, device="meta"), record)
    sizes = [tuple(record.seen[block].shape[1:]) for block in BLOCKS if block.endswith(".0")]
    assert sizes == [(256, 2, 56, 56), (512, 2, 28, 28), (1024, 2, 14, 14), (2048, 2, 7, 7)]


@pytest.mark.parametrize("name", RESNETS)
@pytest.mark.parametrize("place", ["layer2.0.branch", "layer3.5", "layer4.2.branch", "layer4.2"])
def test_the_network_goes_on_with_what_attend_returns(name, place, video):
    backbone = started(RESNETS[name]).eval()

    def double(called, x):
        return 2 * x if called == place else x

    usual, changed = backbone(video, untouched), backbone(video, double)
    assert not torch.allclose(changed, usual)
    if place == "layer4.2":
        assert torch.equal(changed, 2 * usual)


@pytest.mark.parametrize("construct", [resnet34, tsn_resnet50])
def test_a_block_is_the_relu_of_branch_plus_input(construct, video):
    backbone, record = started(construct).eval(), Record()
    backbone(video, record)
    expected = F.relu(record.seen["layer1.0"] + record.seen["layer1.1.branch"])
    torch.testing.assert_close(record.seen["layer1.1"], expected)


def test_a_block_with_another_size_adds_its_input_through_a_convolution(video):
    backbone, record = started(resnet34).eval(), Record()
    backbone(video, record)
    block = backbone.layer2[0]
    assert block.conv1.stride == (2, 2)
    for clip in range(2):
        for frame in range(4):
            image = record.seen["layer1.2"][clip : clip + 1, :, frame]
            inner = F.relu(block.bn1(F.conv2d(image, block.conv1.weight, stride=2, padding=1)))
            branch = block.bn2(F.conv2d(inner, block.conv2.weight, padding=1))
            skip = block.downsample[1](F.conv2d(image, block.downsample[0].weight, stride=2))
            found = record.seen["layer2.0"][clip, :, frame]
            torch.testing.assert_close(found, F.relu(branch + skip)[0])


def test_a_bottleneck_strides_in_its_second_convolution(video):
    backbone, record = started(tsn_resnet50).eval(), Record()
    backbone(video, record)
    block = backbone.layer2[0]
    image = record.seen["layer1.2"][1:, :, 3]
    inner = F.relu(block.bn1(F.conv2d(image, block.conv1.weight)))
    inner = F.relu(block.bn2(F.conv2d(inner, block.conv2.weight, stride=2, padding=1)))
    branch = block.bn3(F.conv2d(inner, block.conv3.weight))
    torch.testing.assert_close(record.seen["layer2.0.branch"][1:, :, 3], branch)


def test_the_tap_is_the_last_convolution_plus_input_before_norm_and_relu(video):
    backbone, record = started(resnet34).eval(), Record()
    backbone(video, record)
    block, tap = backbone.layer4[2], record.seen["layer4.2.conv2"]
    image = record.seen["layer4.1"][:, :, 2]
    inner = F.conv2d(image, block.conv1.weight, padding=1)
    inner = F.conv2d(F.relu(block.bn1(inner)), block.conv2.weight, padding=1)
    torch.testing.assert_close(tap[:, :, 2], inner + image)
    assert tap.min() < 0


def test_what_is_returned_at_the_tap_changes_nothing(video):
    backbone = started(resnet34).eval()

    def erase_tap(place, x):
        return x * 0 if place == "layer4.2.conv2" else x

    assert torch.equal(backbone(video, erase_tap), backbone(video, untouched))


@pytest.mark.parametrize("construct", [resnet34, tsn_resnet50])
def test_a_network_of_images_sees_every_frame_alone(construct, video):
    backbone = started(construct)
    whole = features_in_evaluation(backbone, video)
    for frame in range(4):
        alone = features_in_evaluation(backbone, video[:, :, frame : frame + 1])
        torch.testing.assert_close(whole[:, :, frame : frame + 1], alone)


@pytest.mark.parametrize("name", RESNETS)
def test_clips_of_a_batch_do_not_touch_each_other_in_evaluation(name, video):
    backbone = started(RESNETS[name])
    together = features_in_evaluation(backbone, video)
    for clip in range(2):
        alone = features_in_evaluation(backbone, video[clip : clip + 1])
        torch.testing.assert_close(together[clip : clip + 1], alone)


@pytest.mark.parametrize("name", RESNETS)
def test_every_parameter_gets_a_gradient(name, video):
    assert without_gradient(started(RESNETS[name]), video) == []


@pytest.mark.parametrize("name", RESNETS)
def test_a_channels_last_clip_stays_channels_last(name, video):
    record = Record()
    started(RESNETS[name])(video.contiguous(memory_format=torch.channels_last_3d), record)
    for place, x in record.seen.items():
        assert x.is_contiguous(memory_format=torch.channels_last_3d), place


def test_a_stack_of_flow_enters_through_as_many_channels(generator):
    backbone = started(tsn_resnet50, in_channels=10)
    video = torch.randn(1, 10, 2, 32, 32, generator=generator)
    assert tuple(backbone(video, untouched).shape) == (1, 256, 2, 1, 1)


def test_a_first_convolution_for_flow_has_the_mean_over_rgb_in_every_channel(generator):
    weight = torch.randn(5, 3, 7, 7, generator=generator)
    adapted = mean_first_convolution(weight, in_channels=10)
    assert tuple(adapted.shape) == (5, 10, 7, 7)
    for channel in range(10):
        torch.testing.assert_close(adapted[:, channel], weight.sum(dim=1) / 3)


def test_a_first_convolution_in_three_dimensions_is_adapted_too(generator):
    weight = torch.randn(5, 3, 2, 7, 7, generator=generator)
    assert tuple(mean_first_convolution(weight, in_channels=2).shape) == (5, 2, 2, 7, 7)


def test_an_adapted_convolution_sees_grey_pictures_as_before(generator):
    weight = torch.randn(5, 3, 7, 7, generator=generator)
    grey = torch.randn(1, 1, 9, 8, generator=generator)
    three = mean_first_convolution(weight, in_channels=3)
    expected = F.conv2d(grey.repeat(1, 3, 1, 1), weight)
    torch.testing.assert_close(F.conv2d(grey.repeat(1, 3, 1, 1), three), expected)
