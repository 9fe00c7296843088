from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from pipeline.models.backbones.inflated_resnet import (
    InflatedResNet,
    i3d_resnet18,
    i3d_resnet50,
)
from pipeline.models.backbones.inflation import inflate
from pipeline.models.initialise import initialise

NETWORKS = (i3d_resnet18, i3d_resnet50)
WIDTH = 0.125
REACH = 56
"""The last features look at no frame so far away: the sum of strides times kernels' reach is 54."""


def plain(name: str, x: Tensor) -> Tensor:
    return x


def make(network: Callable[[int, float], InflatedResNet], in_channels: int = 3) -> InflatedResNet:
    backbone = network(in_channels, WIDTH)
    initialise(backbone, seed=3)
    return backbone


def follow(backbone: InflatedResNet, video: Tensor) -> dict[str, Tensor]:
    """Features at every place."""
    seen: dict[str, Tensor] = {}
    backbone(video, seen.setdefault)
    return seen


def deflate(backbone: InflatedResNet) -> dict[str, Tensor]:
    """The weights of a 2-D network whose inflation the network is."""
    state = backbone.state_dict()
    return {name: w.sum(dim=2) if w.ndim == 5 else w for name, w in state.items()}


def image_features(state: dict[str, Tensor], image: Tensor) -> Tensor:
    """ResNet on one picture, written from torchvision's names and He et al., section 3."""

    def layer(name: str, x: Tensor, stride: int = 1, conv: str = "conv", norm: str = "bn"):
        weight = state[name.format(conv) + ".weight"]
        x = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2)
        key = name.format(norm)
        parts = ("running_mean", "running_var", "weight", "bias")
        return F.batch_norm(x, *(state[f"{key}.{part}"] for part in parts))

    x = F.max_pool2d(layer("{}1", image, stride=2).relu(), 3, stride=2, padding=1)
    blocks = {name.rsplit(".", 2)[0]: None for name in state if name.endswith(".conv1.weight")}
    for block in blocks:
        depth = 3 if f"{block}.conv3.weight" in state else 2
        stride = 2 if block.endswith(".0") and not block.startswith("layer1") else 1
        branch = x
        for number in range(1, depth + 1):
            own = stride if number == depth - 1 else 1
            branch = layer(f"{block}.{{}}{number}", branch, own)
            branch = branch.relu() if number < depth else branch
        skip = x
        if f"{block}.downsample.0.weight" in state:
            skip = layer(f"{block}.downsample.{{}}", x, stride, conv="0", norm="1")
        x = (skip + branch).relu()
    return x


def randomise_statistics(backbone: InflatedResNet, generator: torch.Generator) -> None:
    for name, buffer in backbone.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.1, generator=generator)
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5, generator=generator)


@pytest.mark.parametrize(
    ("network", "parameters"), [(i3d_resnet50, 46_980_944), (i3d_resnet18, 33_371_472)]
)
def test_with_400_classes_the_numbers_of_parameters_are_published_and_hand_counted(
    network, parameters
):
    """ResNet-50: IBM's benchmark_full.md. ResNet-18: each 2-D weight times its kernel's frames."""
    with torch.device("meta"):
        backbone = network(3, 1.0)
    classifier = 400 * backbone.channels + 400
    assert sum(p.numel() for p in backbone.parameters()) + classifier == parameters


def test_names_are_torchvisions():
    with torch.device("meta"):
        shapes = {name: list(w.shape) for name, w in i3d_resnet50(3, 1.0).state_dict().items()}
    assert shapes["conv1.weight"] == [64, 3, 3, 7, 7]
    assert shapes["layer3.5.conv2.weight"] == [256, 256, 3, 3, 3]
    assert shapes["layer4.0.downsample.0.weight"] == [2048, 1024, 1, 1, 1]
    assert shapes["layer4.0.downsample.1.running_var"] == [2048]
    assert len(shapes) == 318  # torchvision's resnet50 has 320, fc among them


@pytest.mark.parametrize("network", NETWORKS)
def test_a_clip_of_32_leaves_as_4_by_7_by_7(network):
    with torch.device("meta"):
        backbone = network(3, 1.0)
        seen = follow(backbone, torch.empty(2, 3, 32, 224, 224))
    last_of_stages = [x.shape[2:] for name, x in seen.items() if name in LAST_OF_STAGES[network]]
    assert last_of_stages == [(32, 56, 56), (16, 28, 28), (8, 14, 14), (4, 7, 7)]


LAST_OF_STAGES = {
    i3d_resnet18: ("layer1.1", "layer2.1", "layer3.1", "layer4.1"),
    i3d_resnet50: ("layer1.2", "layer2.3", "layer3.5", "layer4.2"),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_places_are_met_in_their_order_with_their_channels(network):
    with torch.device("meta"):
        backbone = network(2, WIDTH)
        seen = follow(backbone, torch.empty(2, 2, 5, 33, 40))
    assert list(seen) == list(backbone.places)
    assert [x.shape[1] for x in seen.values()] == [p.channels for p in backbone.places.values()]
    assert list(backbone.places)[:2] == ["layer1.0.branch", "layer1.0"]
    assert list(backbone.places)[-1] == LAST_OF_STAGES[network][-1]
    assert backbone.channels == list(seen.values())[-1].shape[1]


@pytest.mark.parametrize("network", NETWORKS)
def test_what_attention_returns_is_what_goes_on(network):
    backbone, video = make(network).eval(), torch.ones(1, 3, 3, 32, 32)
    last = list(backbone.places)[-1]
    closed = backbone(video, lambda name, x: x * 0 if name == f"{last}.branch" else x)
    before = list(backbone.places)[-3]
    seen = follow(backbone, video)
    assert torch.equal(closed, seen[before])  # nothing was added to the block's input
    assert not torch.equal(closed, seen[last])


@pytest.mark.parametrize("network", NETWORKS)
def test_a_still_video_has_the_pictures_features_in_its_middle(network, generator):
    """At the ends zeros stand for frames; further in than kernels reach, no difference is left."""
    backbone = make(network).eval()
    randomise_statistics(backbone, generator)
    backbone.double()
    image = torch.randn(1, 3, 32, 32, generator=generator, dtype=torch.float64)
    features = backbone(image[:, :, None].expand(-1, -1, 2 * REACH, -1, -1), plain)
    expected = image_features(deflate(backbone), image)
    torch.testing.assert_close(features[:, :, REACH // 8], expected)
    assert (features[:, :, 0] - expected).abs().max() > 1e-3


def test_an_inflated_kernel_answers_a_still_video_as_the_picture(generator):
    weight = torch.randn(4, 3, 5, 5, generator=generator)
    image = torch.randn(2, 3, 7, 6, generator=generator)
    video = image[:, :, None].expand(-1, -1, 3, -1, -1)
    inflated = inflate(weight, frames=3)
    assert inflated.shape == (4, 3, 3, 5, 5)
    answer = F.conv3d(video, inflated)
    torch.testing.assert_close(answer[:, :, 0], F.conv2d(image, weight))


def test_inflation_to_one_frame_changes_no_value(generator):
    weight = torch.randn(4, 3, 1, 1, generator=generator)
    assert torch.equal(inflate(weight, frames=1)[:, :, 0], weight)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_parameter_gets_a_gradient(network, generator):
    backbone = make(network, in_channels=2)
    video = torch.randn(2, 2, 5, 32, 36, generator=generator)
    backbone(video, plain).square().sum().backward()
    for name, parameter in backbone.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("network", NETWORKS)
def test_a_clip_is_seen_alike_alone_and_among_others(network, generator):
    backbone = make(network).eval()
    video = torch.randn(3, 3, 4, 32, 36, generator=generator)
    together = backbone(video, plain)
    torch.testing.assert_close(together[1:2], backbone(video[1:2], plain), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("network", NETWORKS)
def test_other_frames_change_what_a_frame_becomes(network, generator):
    backbone = make(network).eval()
    video = torch.randn(1, 3, 8, 32, 32, generator=generator)
    changed = video.clone()
    changed[:, :, 4] += 1
    first, other = follow(backbone, video), follow(backbone, changed)
    assert not torch.equal(first["layer1.0"][:, :, 3], other["layer1.0"][:, :, 3])
    assert torch.equal(first["layer1.0"][:, :, 0], other["layer1.0"][:, :, 0])
