import pytest
import torch
from models.tiny_backbone import (
    Record,
    features_in_evaluation,
    num_parameters,
    published,
    started,
)
from torch.nn import functional as F

from pipeline.models.backbones.resnet import tsm_resnet50, tsn_resnet50
from pipeline.models.backbones.temporal_shift import shift_time


@pytest.fixture
def features(generator):
    return torch.randn(2, 17, 3, 5, 6, generator=generator)


def shifted_slowly(x):
    """The shift, channel by channel: an eighth from the next frame, an eighth from the last."""
    clips, channels, frames = x.shape[:3]
    fold = channels // 8
    shifted = torch.zeros_like(x)
    for clip in range(clips):
        for channel in range(channels):
            step = 1 if channel < fold else -1 if channel < 2 * fold else 0
            for frame in range(frames):
                if 0 <= frame + step < frames:
                    shifted[clip, channel, frame] = x[clip, channel, frame + step]
    return shifted


def test_the_shift_equals_a_slow_loop(features):
    assert torch.equal(shift_time(features), shifted_slowly(features))


def test_the_shifts_gradient_equals_the_slow_loops(features, generator):
    weights = torch.randn(features.shape, generator=generator)
    fast, slow = features.clone().requires_grad_(), features.clone().requires_grad_()
    (shift_time(fast) * weights).sum().backward()
    (shifted_slowly(slow) * weights).sum().backward()
    assert torch.equal(fast.grad, slow.grad)


def test_frames_beyond_a_clips_ends_are_zeros():
    shifted = shift_time(torch.ones(2, 16, 4, 1, 1))[..., 0, 0]
    assert not shifted[:, :2, -1].any()
    assert not shifted[:, 2:4, 0].any()
    assert shifted.sum() == 2 * (16 * 4 - 2 - 2)


def test_the_shift_never_crosses_clips(features):
    changed = features.clone()
    changed[1] += 1
    assert torch.equal(shift_time(changed)[0], shift_time(features)[0])


def test_a_single_frame_loses_its_shifted_channels(generator):
    frame = torch.randn(2, 8, 1, 3, 4, generator=generator)
    shifted = shift_time(frame)
    assert not shifted[:, :2].any()
    assert torch.equal(shifted[:, 2:], frame[:, 2:])


def test_fewer_than_eight_channels_stay(generator):
    x = torch.randn(2, 7, 3, 2, 2, generator=generator)
    assert torch.equal(shift_time(x), x)


@pytest.mark.parametrize("stored", [torch.contiguous_format, torch.channels_last_3d])
def test_the_shift_keeps_the_order_in_memory(features, stored):
    assert shift_time(features.contiguous(memory_format=stored)).is_contiguous(memory_format=stored)


def test_the_shift_adds_no_parameters():
    assert num_parameters(published(tsm_resnet50)) == num_parameters(published(tsn_resnet50))


def test_the_branch_is_shifted_before_its_first_convolution_and_the_skip_is_not(generator):
    backbone, record = started(tsm_resnet50).eval(), Record()
    backbone(torch.randn(2, 3, 4, 32, 32, generator=generator), record)
    block, before = backbone.layer1[1], record.seen["layer1.0"]
    shifted = shifted_slowly(before)
    for frame in range(4):
        inner = F.relu(block.bn1(F.conv2d(shifted[:, :, frame], block.conv1.weight)))
        inner = F.relu(block.bn2(F.conv2d(inner, block.conv2.weight, padding=1)))
        branch = block.bn3(F.conv2d(inner, block.conv3.weight))
        torch.testing.assert_close(record.seen["layer1.1.branch"][:, :, frame], branch)
        output = F.relu(branch + before[:, :, frame])
        torch.testing.assert_close(record.seen["layer1.1"][:, :, frame], output)


def test_every_block_reaches_one_frame_further(generator):
    backbone = started(tsm_resnet50)
    video = torch.randn(1, 3, 20, 32, 32, generator=generator)
    changed = video.clone()
    changed[:, :, 0] += 1
    records = Record(), Record()
    for clip, record in zip((video, changed), records, strict=True):
        with torch.no_grad():
            backbone.eval()(clip, record)
    for number, block in enumerate(["layer1.0", "layer1.1", "layer1.2", "layer2.0"], start=1):
        is_changed = (records[0].seen[block] != records[1].seen[block]).any(1).any(-1).any(-1)
        assert is_changed[0].tolist() == [True] * (number + 1) + [False] * (19 - number)


def test_the_order_of_frames_matters(generator):
    video = torch.randn(1, 3, 4, 32, 32, generator=generator)
    backbone = started(tsm_resnet50)
    forwards = features_in_evaluation(backbone, video)
    backwards = features_in_evaluation(backbone, video.flip(2)).flip(2)
    assert (forwards - backwards).abs().max() > 0.01
