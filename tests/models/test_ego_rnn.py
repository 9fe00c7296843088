import pytest
import torch
from models.slow_recurrence import (
    assert_same_with_gradients,
    context,
    parameters_without_gradient,
    random_module,
    slow_activation,
    slow_conv_lstm,
    slow_softmax,
    steps_to_overfit,
)

from pipeline.models.attention.ego_rnn import EgoRnn
from pipeline.models.initialise import initialise


def make_ego_rnn(*, channels=3, memory=2, tap="tap"):
    module = EgoRnn(channels=channels, memory=memory, num_categories=6, tap=tap)
    return random_module(module, seed=7)


@pytest.fixture
def features(generator):
    return torch.randn(2, 3, 4, 4, 3, generator=generator).requires_grad_()


@pytest.fixture
def last_conv(generator):
    generator.manual_seed(8)
    return (4 * torch.randn(2, 3, 4, 4, 3, generator=generator)).requires_grad_()


def by_the_equations(module, last_conv, features):
    memories, maps = [], []
    for x, clip in zip(last_conv, features, strict=True):
        pool = module.pool
        scores = [slow_activation(frame, pool.weight, pool.bias) for frame in clip.unbind(dim=1)]
        clip_maps = [slow_softmax(frame) for frame in scores]
        frames = [frame * m for frame, m in zip(x.unbind(dim=1), clip_maps, strict=True)]
        memories.append(slow_conv_lstm(module.cell, frames, torch.zeros(3, 1, 1, 1))[-1][1])
        maps.append(torch.stack(clip_maps))
    return torch.stack(memories).unsqueeze(2), torch.stack(maps)


def results(attended):
    return attended.features, attended.map


def test_ego_rnn_equals_its_equations_forward_and_backward(last_conv, features):
    module = make_ego_rnn()
    assert_same_with_gradients(
        lambda: results(module(features, context(tap=last_conv))),
        lambda: by_the_equations(module, last_conv, features),
        {"x": last_conv, "features": features, **dict(module.named_parameters())},
    )


def test_without_a_tap_ego_rnn_weighs_the_features_themselves(features):
    one, other = make_ego_rnn(tap=None), make_ego_rnn()
    expected = other(features, context(tap=features)).features
    assert torch.equal(one(features, context()).features, expected)


def test_each_frames_map_depends_on_that_frame_alone(last_conv, features):
    module = make_ego_rnn()
    changed = features.detach().clone()
    changed[1, :, 2] += 1
    taps = context(tap=last_conv)
    is_same = (module(features, taps).map == module(changed, taps).map).all(dim=(2, 3))
    assert is_same.tolist() == [[True] * 4, [True, True, False, True]]


def test_a_clip_does_not_depend_on_the_others(last_conv, features):
    module = make_ego_rnn()
    attended = module(features, context(tap=last_conv))
    other = last_conv.detach().clone()
    other[1] += 1
    again = module(features, context(tap=other))
    assert torch.equal(attended.features[0], again.features[0])
    gradients = torch.autograd.grad(attended.features[0].sum(), [last_conv, features])
    assert [gradient[1].any().item() for gradient in gradients] == [False, False]


def test_every_parameter_gets_a_gradient(last_conv, features):
    module = make_ego_rnn()
    attended = module(features, context(tap=last_conv))
    assert parameters_without_gradient(module, [attended.features]) == []


def test_ego_rnn_overfits_four_clips(generator):
    clips = torch.randn(4, 4, 3, 3, 3, generator=generator)
    module = make_ego_rnn(channels=4, memory=4, tap=None)
    initialise(module, seed=0)
    labels = torch.arange(4)
    run = lambda: module(clips, context()).features
    assert torch.equal(steps_to_overfit(module, run, labels, steps=60), labels)


def test_the_maps_are_float32_and_exact_in_autocast(last_conv, features):
    module = make_ego_rnn()
    half, half_conv = features.detach().bfloat16(), last_conv.detach().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = module(half, context(tap=half_conv))
    assert attended.map.dtype == torch.float32
    exact = module(half.float(), context(tap=half_conv.float()))
    torch.testing.assert_close(attended.map, exact.map)
