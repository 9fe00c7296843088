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

from pipeline.models.attention.cbam import Cbam
from pipeline.models.initialise import initialise

RESNET50_BLOCKS = {256: 3, 512: 4, 1024: 6, 2048: 3}
"""Residual blocks by the channels of their branch."""


def make_cbam(*, channels=4, reduction=2, compat="paper"):
    return Cbam(channels=channels, reduction=reduction, compat=compat)


def fresh_cbam(**changes):
    module = make_cbam(**changes)
    initialise(module, seed=3)
    return module


@pytest.fixture
def features(generator):
    return torch.randn(2, 4, 3, 5, 6, generator=generator).requires_grad_()


def slow_frame(frame, module, mean, variance):
    """Equations 1 to 3 on (C, H, W): the features and the spatial gate."""
    channel = torch.sigmoid(slow_channel_scores(frame, module.channel))
    frame = torch.stack([gate * plane for gate, plane in zip(channel, frame, strict=True)])
    average, largest = slow_channel_pools(frame)
    response = slow_conv(torch.stack([largest, average]), module.spatial)[0]
    scores = (response - mean) / (variance + 1e-5).sqrt() * module.bn.weight + module.bn.bias
    gate = torch.sigmoid(scores)
    return torch.stack([gate * plane for plane in frame]), gate


def by_the_equations(module, features):
    """Every frame alone, batch norm by its running statistics."""
    statistics = module.bn.running_mean, module.bn.running_var
    clips, maps = [], []
    for clip in features:
        frames = [slow_frame(frame, module, *statistics) for frame in clip.unbind(dim=1)]
        clips.append(torch.stack([frame for frame, _ in frames], dim=1))
        maps.append(torch.stack([gate for _, gate in frames]))
    return torch.stack(clips), torch.stack(maps)


def results(attended):
    return attended.features, attended.map


@pytest.mark.parametrize("reduction", [1, 2, 16])
def test_cbam_equals_the_papers_equations_forward_and_backward(features, reduction):
    module = random_parameters(make_cbam(reduction=reduction)).eval()
    assert_same_with_gradients(
        lambda: results(module(features, NOTHING)),
        lambda: by_the_equations(module, features),
        {"features": features, **dict(module.named_parameters())},
    )


def test_in_training_batch_norm_takes_its_statistics_over_all_frames(features):
    module = random_parameters(make_cbam())
    module.bn.bias.data.zero_()
    scores = module.train()(features, NOTHING).map.logit()
    assert scores.mean().item() == pytest.approx(0, abs=1e-5)
    assert scores.std().item() == pytest.approx(module.bn.weight.abs().item(), rel=0.02)


def test_each_frame_is_alone(features):
    module = random_parameters(make_cbam()).eval()
    alone = [module(features[1:, :, t : t + 1], NOTHING).features for t in range(3)]
    together = module(features, NOTHING).features
    torch.testing.assert_close(torch.cat(alone, dim=2), together[1:])


def test_resnet_50_grows_by_the_published_number_of_parameters():
    """Woo et al., table 4: 28.09 M with CBAM, 25.56 M without."""
    with torch.device("meta"):
        blocks = [(n, make_cbam(channels=c, reduction=16)) for c, n in RESNET50_BLOCKS.items()]
    added = sum(n * p.numel() for n, block in blocks for p in block.parameters())
    assert added / 1e6 == pytest.approx(28.09 - 25.56, abs=0.006)


@pytest.mark.parametrize("size", [0.01, 1, 100])
def test_a_fresh_gate_of_the_paper_is_open_whatever_the_size_of_the_features(features, size):
    share = fresh_cbam()(features * size, NOTHING).features / (features * size)
    torch.testing.assert_close(share, torch.full_like(share, 0.9526**2), atol=1e-3, rtol=0)


def test_the_released_spatial_gate_starts_at_a_half(features):
    assert (fresh_cbam(compat="released")(features, NOTHING).map == 0.5).all()


@pytest.mark.parametrize(
    ("compat", "at_first"),
    [
        ("paper", {"channel.squeeze.weight", "channel.squeeze.bias", "spatial.weight"}),
        ("released", {"spatial.weight"}),
    ],
)
def test_every_parameter_gets_a_gradient_from_the_second_step_on(features, compat, at_first):
    module = fresh_cbam(compat=compat)
    assert set(parameters_without_gradient(module, results(module(features, NOTHING)))) == at_first
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    assert parameters_without_gradient(module, results(module(features, NOTHING))) == []


@pytest.mark.parametrize("compat", ["paper", "released"])
def test_cbam_overfits_four_clips_that_have_the_same_average(generator, compat):
    module, clips = fresh_cbam(channels=6, compat=compat), shuffled_clips(generator)
    named = predictions_after_training(
        lambda x: module(x, NOTHING).features, module.parameters(), clips
    )
    assert named == [0, 1, 2, 3]


def test_the_map_is_float32_and_from_zero_to_one_under_autocast(features):
    module = random_parameters(make_cbam())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = module(features.bfloat16() * 9, NOTHING)
    assert attended.map.dtype == torch.float32
    assert attended.features.dtype == torch.bfloat16
    assert 0 <= attended.map.min() < attended.map.max() <= 1
