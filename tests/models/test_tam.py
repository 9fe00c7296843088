import pytest
import torch
from models.tiny_backbone import Record, published, shapes, started
from torch.nn import functional as F

from pipeline.models.backbones.resnet import tam_resnet50, tsn_resnet50
from pipeline.models.backbones.temporal_aggregation import TemporalAggregation

CHANNELS = 5


@pytest.fixture
def features(generator):
    return torch.randn(2, CHANNELS, 3, 4, 6, generator=generator)


@pytest.fixture
def module(generator):
    module = TemporalAggregation(CHANNELS)
    for parameter in module.parameters():
        parameter.data.normal_(generator=generator)
    return module


def aggregated_slowly(module, x):
    """ReLU of three weighted frames, one number at a time."""
    clips, channels, frames = x.shape[:3]
    offsets = {-1: module.prev_se, 0: module.curr_se, 1: module.next_se}
    rows = []
    for clip in range(clips):
        for channel in range(channels):
            for frame in range(frames):
                total = torch.zeros(x.shape[3:])
                for offset, part in offsets.items():
                    if 0 <= frame + offset < frames:
                        weight = part.fc1.weight[channel, 0, 0, 0]
                        total = total + weight * x[clip, channel, frame + offset]
                rows.append(total.clamp_min(0))
    return torch.stack(rows).reshape(x.shape)


def test_aggregation_equals_a_slow_loop_forward_and_backward(module, features, generator):
    weights = torch.randn(features.shape, generator=generator)
    gradients = []
    for aggregate in (module, lambda x: aggregated_slowly(module, x)):
        x = features.clone().requires_grad_()
        output = aggregate(x)
        torch.testing.assert_close(output, aggregated_slowly(module, x))
        (output * weights).sum().backward()
        gradients.append([x.grad, *(parameter.grad for parameter in module.parameters())])
        module.zero_grad()
    torch.testing.assert_close(*gradients, atol=1e-5, rtol=1e-5)


def test_each_weight_belongs_to_its_frame(module):
    pulse = torch.zeros(1, CHANNELS, 5, 1, 1)
    pulse[:, :, 2] = 1
    for parameter in module.parameters():
        parameter.data.abs_()
    found = module(pulse)[0, :, :, 0, 0]
    for frame, part in ((3, module.prev_se), (2, module.curr_se), (1, module.next_se)):
        torch.testing.assert_close(found[:, frame], part.fc1.weight.flatten())
    assert not found[:, [0, 4]].any()


def test_aggregation_never_crosses_clips(module, features):
    changed = features.clone()
    changed[1] += 1
    assert torch.equal(module(changed)[0], module(features)[0])


def test_aggregation_is_never_negative(module, features):
    assert module(features).min() >= 0


def test_the_network_differs_from_resnet50_by_three_weights_for_every_input_channel_of_a_block():
    plain, aggregating = shapes(published(tsn_resnet50)), shapes(published(tam_resnet50))
    expected = {
        name.replace("conv1.weight", f"tam.{part}.fc1.weight"): [shape[1], 1, 1, 1]
        for name, shape in plain.items()
        if name.startswith("layer") and name.endswith("conv1.weight")
        for part in ("prev_se", "curr_se", "next_se")
    }
    assert len(expected) == 48
    assert aggregating == {**plain, **expected}


def test_the_branch_starts_with_aggregation_and_the_skip_does_not(generator):
    backbone, record = started(tam_resnet50).eval(), Record()
    backbone(torch.randn(1, 3, 3, 32, 32, generator=generator), record)
    block, before = backbone.layer1[1], record.seen["layer1.0"]
    mixed = aggregated_slowly(block.tam, before)
    for frame in range(3):
        inner = F.relu(block.bn1(F.conv2d(mixed[:, :, frame], block.conv1.weight)))
        inner = F.relu(block.bn2(F.conv2d(inner, block.conv2.weight, padding=1)))
        branch = block.bn3(F.conv2d(inner, block.conv3.weight))
        output = F.relu(branch + before[:, :, frame])
        torch.testing.assert_close(record.seen["layer1.1"][:, :, frame], output)


def test_start_values_have_the_authors_spread():
    backbone = started(tam_resnet50, width=1.0)
    weight = backbone.layer4[2].tam.prev_se.fc1.weight
    assert weight.std().item() == pytest.approx((2 / 2048) ** 0.5, rel=0.05)
