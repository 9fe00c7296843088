import pytest
import torch

from pipeline.models.branches import scale_channels

PUBLISHED_SHAPES = {
    "Conv3d_1a_7x7": (64, 8, 112, 112),
    "MaxPool3d_2a_3x3": (64, 8, 56, 56),
    "Conv3d_2b_1x1": (64, 8, 56, 56),
    "Conv3d_2c_3x3": (192, 8, 56, 56),
    "MaxPool3d_3a_3x3": (192, 8, 28, 28),
    "Mixed_3b": (256, 8, 28, 28),
    "Mixed_3c": (480, 8, 28, 28),
    "MaxPool3d_4a_3x3": (480, 4, 14, 14),
    "Mixed_4b": (512, 4, 14, 14),
    "Mixed_4c": (512, 4, 14, 14),
    "Mixed_4d": (512, 4, 14, 14),
    "Mixed_4e": (528, 4, 14, 14),
    "Mixed_4f": (832, 4, 14, 14),
    "MaxPool3d_5a_2x2": (832, 2, 7, 7),
    "Mixed_5b": (832, 2, 7, 7),
    "Mixed_5c": (1024, 2, 7, 7),
}


def named_shapes(recognizer):
    """Shapes by the names of the official checkpoints."""
    return {
        name.removeprefix("backbone.").removeprefix("head."): list(tensor.shape)
        for name, tensor in recognizer.state_dict().items()
    }


def features_of(backbone, video):
    for _, layer in backbone.named_children():
        video = layer(video)
    return video


def test_i3d_with_400_classes_has_the_published_number_of_parameters(build):
    recognizer = build(width=1, num_classes=400)
    assert sum(parameter.numel() for parameter in recognizer.parameters()) == 12_697_264


def test_i3d_has_the_names_and_shapes_of_the_official_checkpoint(build, official_keys):
    expected = official_keys("i3d_keys")["rgb"]
    assert len(expected) == 344
    assert named_shapes(build(width=1, num_classes=400)) == expected


def test_the_flow_stream_differs_in_its_first_convolution_only(build, official_keys):
    keys = official_keys("i3d_keys")
    expected = {**keys["rgb"], **keys["flow_overrides"]}
    assert expected["Conv3d_1a_7x7.conv3d.weight"] == [64, 2, 7, 7, 7]
    assert named_shapes(build(width=1, num_classes=400, in_channels=2)) == expected


def test_every_layer_has_its_published_output_shape(build):
    x = torch.empty(1, 3, 16, 224, 224, device="meta")
    shapes = {}
    for name, layer in build(width=1).to("meta").backbone.named_children():
        x = layer(x)
        shapes[name] = tuple(x.shape[1:])
    assert shapes == PUBLISHED_SHAPES
    assert list(shapes) == list(PUBLISHED_SHAPES)


@pytest.mark.parametrize(
    ("video", "features"),
    [
        ((16, 224, 224), (2, 7, 7)),
        ((15, 224, 224), (2, 7, 7)),
        ((24, 224, 224), (3, 7, 7)),
        ((8, 64, 64), (1, 2, 2)),
        ((17, 100, 60), (3, 4, 2)),
        ((1, 33, 32), (1, 2, 1)),
    ],
)
def test_features_are_an_eighth_of_the_frames_and_a_32nd_of_a_side_rounded_up(
    build, video, features
):
    backbone = build().to("meta").backbone
    x = features_of(backbone, torch.empty(2, 3, *video, device="meta"))
    assert tuple(x.shape) == (2, backbone.channels, *features)


@pytest.mark.parametrize("width", [0.125, 0.25, 0.5, 1])
def test_places_tell_the_channels_that_are_there(build, width):
    backbone = build(width=width).to("meta").backbone
    x = torch.empty(2, 3, 8, 32, 32, device="meta")
    for name, layer in backbone.named_children():
        x = layer(x)
        if name in backbone.places:
            assert backbone.places[name].channels == x.shape[1]


def test_features_are_never_negative(build, generator):
    x = features_of(build().backbone, torch.randn(2, 3, 8, 40, 32, generator=generator))
    assert x.min() >= 0
    assert x.max() > 0


@pytest.mark.parametrize(
    ("channels", "width", "expected"),
    [
        (208, 1.0, 208),
        (64, 0.25, 16),
        (48, 0.25, 16),
        (40, 0.25, 8),
        (16, 0.125, 8),
        (832, 0.5, 416),
    ],
)
def test_scaled_channels_are_the_nearest_multiple_of_eight(channels, width, expected):
    assert scale_channels(channels, width) == expected
