import pytest
import torch
from models.slow_recurrence import (
    assert_same_with_gradients,
    context,
    parameters_without_gradient,
    random_module,
    slow_activation,
    slow_softmax,
    steps_to_overfit,
)

from pipeline.models.attention.activation_pooling import ActivationPooling, softmax_over_cells
from pipeline.models.attention.pooling import Pooling
from pipeline.models.initialise import initialise


@pytest.fixture
def features(generator):
    return torch.randn(2, 3, 4, 5, 4, generator=generator).requires_grad_()


@pytest.fixture
def pool():
    return random_module(ActivationPooling(channels=3, num_categories=6), seed=2)


@pytest.fixture
def pooling():
    return random_module(Pooling(channels=3, num_categories=6), seed=2)


def maps_by_the_equations(features, pool):
    clips = [
        torch.stack([slow_activation(x, pool.weight, pool.bias) for x in clip.unbind(dim=1)])
        for clip in features
    ]
    return torch.stack(clips)


def weighted_by_the_equations(features, pool):
    maps = torch.stack(
        [
            torch.stack([slow_softmax(frame) for frame in clip])
            for clip in maps_by_the_equations(features, pool)
        ]
    )
    channels = [features[:, k] * maps for k in range(features.shape[1])]
    return torch.stack(channels, dim=1), maps


def test_the_pooling_equals_equations_11_to_13_forward_and_backward(features, pool):
    assert_same_with_gradients(
        lambda: (pool(features),),
        lambda: (maps_by_the_equations(features, pool),),
        {"features": features, "weight": pool.weight},
    )


def test_frames_choose_different_categories_and_only_chosen_rows_get_a_gradient(features, pool):
    (gradient,) = torch.autograd.grad(pool(features).square().sum(), pool.weight)
    is_chosen = gradient.abs().sum(dim=1) > 0
    assert 1 < is_chosen.sum() < len(is_chosen)


def test_the_bias_changes_the_choice_and_not_the_map(features, pool):
    row = torch.arange(6) == 4
    pool.bias = 1000.0 * row
    expected = torch.einsum("k,bkthw->bthw", pool.weight[4], features)
    torch.testing.assert_close(pool(features), expected)


def test_a_map_of_large_scores_still_has_sum_one():
    scores = torch.full((1, 2, 3, 3), 1e4)
    torch.testing.assert_close(softmax_over_cells(scores).sum(dim=(2, 3)), torch.ones(1, 2))


def test_rows_start_as_a_classifiers_and_the_bias_at_zero():
    pool = ActivationPooling(channels=64, num_categories=100)
    initialise(pool, seed=0)
    assert pool.weight.std().item() == pytest.approx(1 / 8, rel=0.03)
    assert not pool.bias.any()


def test_the_bias_is_saved_beside_the_rows(pool):
    assert set(pool.state_dict()) == {"weight", "bias"}


def test_pooling_attention_equals_the_equations_forward_and_backward(features, pooling):
    def attend():
        attended = pooling(features, context())
        return attended.features, attended.map

    assert_same_with_gradients(
        attend,
        lambda: weighted_by_the_equations(features, pooling.pool),
        {"features": features, **dict(pooling.named_parameters())},
    )


def test_pooling_attention_sees_each_frame_alone(features, pooling):
    changed = features.detach().clone()
    changed[1, :, 2] += 1
    before, after = pooling(features, context()).map, pooling(changed, context()).map
    is_same = (before == after).all(dim=(2, 3))
    assert is_same.tolist() == [[True] * 4, [True, True, False, True]]


def test_every_parameter_of_pooling_attention_gets_a_gradient(features, pooling):
    attended = pooling(features, context())
    assert parameters_without_gradient(pooling, [attended.features]) == []


def test_pooling_attention_overfits_four_clips(generator):
    clips = torch.randn(4, 4, 1, 4, 4, generator=generator)
    module = Pooling(channels=4, num_categories=5)
    initialise(module, seed=0)
    labels = torch.arange(4)
    run = lambda: module(clips, context()).features
    assert torch.equal(steps_to_overfit(module, run, labels, steps=150), labels)


def test_the_map_of_pooling_attention_is_float32_and_exact_in_autocast(features, pooling):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = pooling(features.bfloat16(), context())
    assert attended.map.dtype == torch.float32
    assert attended.features.dtype == torch.bfloat16
    exact = pooling(features.bfloat16().float(), context()).map
    torch.testing.assert_close(attended.map, exact)
