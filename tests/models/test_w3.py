import itertools

import pytest
import torch
from models.slow_gates import (
    NOTHING,
    predictions_after_training,
    random_parameters,
    shuffled_clips,
    slow_channel_pools,
    slow_channel_scores,
)
from models.slow_recurrence import (
    assert_same_with_gradients,
    parameters_without_gradient,
    slow_conv,
)
from torch.utils.flop_counter import FlopCounterMode

from pipeline.models.attention.cbam import Cbam
from pipeline.models.attention.w3 import W3
from pipeline.models.initialise import initialise

RESNET50_BRANCHES = ((3, 256, 56), (4, 512, 28), (6, 1024, 14), (3, 2048, 7))
"""Blocks, channels and side of each stage of ResNet-50 at 224 x 224."""

ABLATIONS = [
    {"channel": channel, "spatial": spatial, "temporal": temporal}
    for channel, spatial, temporal in itertools.product([True, False], repeat=3)
    if channel or spatial
]
OPTIONS = [
    *ABLATIONS,
    {"channel_time": "bottleneck"},
    {"channel_time": "full"},
    {"channel_time": "full", "spatial": False},
    {"reduction": 1},
    {"reduction": 16},
]


def make_w3(**changes):
    default = {"channels": 4, "reduction": 2, "channel_time": "depthwise"}
    switches = {"channel": True, "spatial": True, "temporal": True}
    return W3(**{**default, **switches, **changes})


def fresh_w3(**changes):
    module = make_w3(**changes)
    initialise(module, seed=3)
    return module


@pytest.fixture
def features(generator):
    return torch.randn(2, 4, 3, 5, 6, generator=generator).requires_grad_()


def slow_conv1d(x, conv, *, depthwise):
    """Correlate (C, T) with a kernel of three frames, zeros before and after."""
    rows = []
    for k, kernel in enumerate(conv.weight):
        seen = x[k : k + 1] if depthwise else x
        cells = []
        for t in range(x.shape[1]):
            inside = [(i, t + i - 1) for i in range(3) if 0 <= t + i - 1 < x.shape[1]]
            terms = [kernel[c, i] * row[s] for i, s in inside for c, row in enumerate(seen)]
            cells.append(sum(terms) + conv.bias[k])
        rows.append(torch.stack(cells))
    return torch.stack(rows)


def slow_conv3d(x, conv):
    """Correlate (T, H, W) with a kernel of 3 x 3 x 3, zeros around it."""
    time, height, width = x.shape
    padded = x.new_zeros(time + 2, height + 2, width + 2)
    padded[1:-1, 1:-1, 1:-1] = x
    cells = [
        (conv.weight[0, 0] * padded[t : t + 3, i : i + 3, j : j + 3]).sum() + conv.bias[0]
        for t, i, j in itertools.product(range(time), range(height), range(width))
    ]
    return torch.stack(cells).view(time, height, width)


def slow_channel_mask(clip, module, *, depthwise):
    """Equations 3 and 4 on (C, T, H, W)."""
    frames = [torch.sigmoid(slow_channel_scores(f, module.scores)) for f in clip.unbind(dim=1)]
    mask = torch.stack(frames, dim=1)  # (C, T)
    if module.over_time is None:
        return mask
    for conv in module.over_time:
        mask = slow_conv1d(mask, conv, depthwise=depthwise)
    return torch.sigmoid(mask)


def slow_spatial_mask(clip, module):
    """Equations 5 and 6 on (C, T, H, W)."""
    frames = []
    for frame in clip.unbind(dim=1):
        descriptors = torch.stack(slow_channel_pools(frame))
        frames.append(torch.sigmoid(slow_conv(descriptors, module.scores)[0]))
    mask = torch.stack(frames)  # (T, H, W)
    if module.over_time is None:
        return mask
    first, second = module.over_time
    return torch.sigmoid(slow_conv3d(slow_conv3d(mask, first), second))


def by_the_equations(module, features, *, depthwise):
    """Equation 2, clip by clip: the features, and the map where there is one."""
    clips, maps = [], []
    for x in features:
        clip = x
        if module.channel is not None:
            mask = slow_channel_mask(x, module.channel, depthwise=depthwise)
            clip = torch.einsum("cthw,ct->cthw", x, mask)
        if module.spatial is not None:
            maps.append(slow_spatial_mask(clip, module.spatial))
            clip = torch.einsum("cthw,thw->cthw", clip, maps[-1])
        clips.append(clip)
    return (torch.stack(clips), *([torch.stack(maps)] if maps else []))


def results(attended):
    return (attended.features, *([] if attended.map is None else [attended.map]))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_w3_equals_the_papers_equations_forward_and_backward(features, options):
    module = random_parameters(make_w3(**options))
    depthwise = "channel_time" not in options
    assert_same_with_gradients(
        lambda: results(module(features, NOTHING)),
        lambda: by_the_equations(module, features, depthwise=depthwise),
        {"features": features, **dict(module.named_parameters())},
    )


@pytest.mark.parametrize("options", ABLATIONS, ids=str)
def test_one_clip_does_not_depend_on_the_others(features, options):
    module = random_parameters(make_w3(**options))
    alone, together = module(features[:1], NOTHING), module(features, NOTHING)
    torch.testing.assert_close(alone.features, together.features[:1])


def test_without_temporal_attention_each_frame_is_alone(features):
    module = random_parameters(make_w3(temporal=False))
    alone = [module(features[:, :, t : t + 1], NOTHING) for t in range(3)]
    together = module(features, NOTHING)
    torch.testing.assert_close(torch.cat([a.features for a in alone], dim=2), together.features)
    torch.testing.assert_close(torch.cat([a.map for a in alone], dim=1), together.map)


@pytest.mark.parametrize("absent", ["channel", "spatial"])
def test_a_mask_sees_two_frames_before_and_after_its_own(generator, absent):
    module = random_parameters(make_w3(**{absent: False}))
    video = torch.rand(1, 4, 9, 5, 6, generator=generator)
    changed = video.clone()
    changed[:, :, 4, 1:3] += 1
    ratio, changed_ratio = (module(v, NOTHING).features / v for v in (video, changed))
    differs = (ratio - changed_ratio).abs().amax(dim=(0, 1, 3, 4)) > 1e-7
    assert differs.tolist() == [False, False, True, True, True, True, True, False, False]


def test_the_map_is_the_spatial_mask_and_absent_without_it(features):
    assert make_w3(spatial=False)(features, NOTHING).map is None
    attended = random_parameters(make_w3(channel=False))(features, NOTHING)
    assert attended.map.shape == (2, 3, 5, 6)
    torch.testing.assert_close(attended.features, features * attended.map.unsqueeze(1))


@pytest.mark.parametrize("options", ABLATIONS, ids=str)
@pytest.mark.parametrize("size", [0.01, 1, 100])
def test_a_fresh_mask_is_open_whatever_the_size_of_the_features(features, options, size):
    share = fresh_w3(**options)(features * size, NOTHING).features / (features * size)
    assert share.min() > 0.75
    assert share.max() < 1


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_parameter_gets_a_gradient_from_the_second_step_on(features, options):
    module = fresh_w3(**options)
    idle = parameters_without_gradient(module, results(module(features, NOTHING)))
    assert all(name.startswith("channel.scores.squeeze.") for name in idle)
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    assert parameters_without_gradient(module, results(module(features, NOTHING))) == []


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_w3_overfits_four_clips_that_have_the_same_average(generator, options):
    module, clips = fresh_w3(**{**options, "channels": 6}), shuffled_clips(generator)
    named = predictions_after_training(
        lambda x: module(x, NOTHING).features, module.parameters(), clips
    )
    assert named == [0, 1, 2, 3]


def test_no_attention_cannot_tell_those_clips_apart(generator):
    assert len(set(predictions_after_training(lambda x: x, [], shuffled_clips(generator)))) < 4


def test_the_map_is_float32_and_from_zero_to_one_under_autocast(features):
    module = random_parameters(make_w3())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = module(features.bfloat16() * 9, NOTHING)
    assert attended.map.dtype == torch.float32
    assert attended.features.dtype == torch.bfloat16
    assert 0 <= attended.map.min() < attended.map.max() <= 1


def giga_multiply_adds(make):
    """What the 16 residual branches of ResNet-50 cost on 16 frames."""
    total = 0
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        for blocks, channels, side in RESNET50_BRANCHES:
            before = counter.get_total_flops()
            make(channels)(torch.empty(1, channels, 16, side, side), NOTHING)
            total += blocks * (counter.get_total_flops() - before)
    return total / 2e9


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ({"reduction": 2}, 0.58),
        ({"reduction": 16}, 0.01),
        ({"reduction": 16, "channel_time": "bottleneck"}, 0.49),
        ({"reduction": 16, "channel_time": "full"}, 1.94),
    ],
)
def test_depthwise_with_r_2_costs_the_0_6_giga_more_than_cbam_of_table_6(options, more):
    cbam = giga_multiply_adds(
        lambda channels: Cbam(channels=channels, reduction=16, compat="paper")
    )
    w3 = giga_multiply_adds(lambda channels: make_w3(channels=channels, **options))
    assert w3 - cbam == pytest.approx(more, abs=0.006)
