import numpy as np
import pytest
import torch
from torch import nn

from pipeline.explanation.grad_cam import grad_cam, grad_cam_plus_plus

SHAPE = (2, 3, 2, 2, 3)  # B C T H W


def features_and_tail(seed=0, *, is_linear=True):
    """Rectified features, and what makes a class score of them: pooling, or a rectified layer."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.rand(SHAPE, generator=generator, dtype=torch.float64)
    features[torch.rand(SHAPE, generator=generator) < 0.3] = 0.0
    weights = torch.randn(3, generator=generator, dtype=torch.float64)
    hidden = torch.randn(5, features[0].numel(), generator=generator, dtype=torch.float64)

    def score(one):
        if is_linear:
            return weights @ one.mean(dim=(1, 2, 3))
        return torch.relu(hidden @ one.flatten()).sum() / 10

    return features, score


def first_gradients(features, score):
    rows = []
    for one in features:
        leaf = one.clone().requires_grad_()
        rows.append(torch.autograd.grad(score(leaf), leaf)[0])
    return torch.stack(rows)


def slow_grad_cam(features, gradients):
    clips, channels, *size = features.shape
    maps = np.zeros((clips, *size))
    for clip in range(clips):
        for channel in range(channels):
            total = 0.0
            for cell in np.ndindex(*size):
                total += gradients[(clip, channel, *cell)].item()
            for cell in np.ndindex(*size):
                maps[(clip, *cell)] += (
                    total / np.prod(size) * features[(clip, channel, *cell)].item()
                )
    return np.maximum(maps, 0)


def slow_grad_cam_plus_plus(features, score):
    """From the definition, with all three derivatives of Y = exp(S) taken by autograd."""
    maps = []
    for one in features:
        leaf = one.clone().requires_grad_()
        y = score(leaf).exp()
        (first,) = torch.autograd.grad(y, leaf, create_graph=True)
        channels, *size = leaf.shape
        found = np.zeros(size)
        for channel in range(channels):
            weight = 0.0
            total = leaf[channel].sum().item()
            for cell in np.ndindex(*size):
                at = (channel, *cell)
                second = torch.autograd.grad(first[at], leaf, create_graph=True)[0][at]
                third = torch.autograd.grad(second, leaf, retain_graph=True)[0][at]
                below = 2 * second.item() + total * third.item()
                alpha = second.item() / below if below else 0.0
                weight += alpha * max(first[at].item(), 0.0)
            found += weight * one[channel].numpy()
        maps.append(np.maximum(found, 0) / y.item())  # ours leaves exp(S) out
    return np.array(maps)


@pytest.mark.parametrize("is_linear", [True, False])
def test_grad_cam_is_the_loop_over_its_definition(is_linear):
    features, score = features_and_tail(is_linear=is_linear)
    gradients = first_gradients(features, score)
    found = grad_cam(features, gradients)
    np.testing.assert_allclose(found, slow_grad_cam(features, gradients), atol=1e-6)


@pytest.mark.parametrize("is_linear", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
def test_grad_cam_plus_plus_is_the_loop_with_second_and_third_derivatives(is_linear, seed):
    features, score = features_and_tail(seed, is_linear=is_linear)
    found = grad_cam_plus_plus(features, first_gradients(features, score))
    expected = slow_grad_cam_plus_plus(features, score)
    assert expected.any()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", [grad_cam, grad_cam_plus_plus])
def test_no_gradient_gives_a_map_that_points_nowhere(make):
    assert not make(torch.rand(SHAPE), torch.zeros(SHAPE)).any()


@pytest.mark.parametrize("make", [grad_cam, grad_cam_plus_plus])
def test_a_class_that_all_features_speak_against_has_an_empty_map(make):
    assert not make(torch.rand(SHAPE), -torch.rand(SHAPE)).any()


def test_a_denominator_of_zero_leaves_its_cell_out():
    features = torch.full((1, 1, 1, 1, 2), -1.0)  # the sum is -2, so that 2 + g * sum is 0 at g = 1
    gradients = torch.tensor([1.0, 0.5]).view(1, 1, 1, 1, 2)
    found = grad_cam_plus_plus(torch.cat([features, -features], 1), torch.cat([gradients] * 2, 1))
    weights = 0.5 / (2 - 1), 1 / (2 + 2) + 0.5 / (2 + 1)
    np.testing.assert_allclose(found, max(weights[1] - weights[0], 0.0), rtol=1e-6)


def test_a_clip_is_explained_alike_in_any_company():
    features, score = features_and_tail()
    gradients = first_gradients(features, score)
    together = grad_cam_plus_plus(features, gradients)
    alone = grad_cam_plus_plus(features[1:], gradients[1:])
    torch.testing.assert_close(together[1:], alone)


def test_grad_cam_is_captums():
    attr = pytest.importorskip("captum.attr", reason="captum is no dependency of the project")
    torch.manual_seed(0)
    body, head = nn.Sequential(nn.Conv3d(2, 4, 3), nn.ReLU()), nn.Linear(4, 3)
    network = nn.Sequential(body, nn.AdaptiveAvgPool3d(1), nn.Flatten(), head)
    video = torch.rand(2, 2, 4, 5, 6)
    expected = attr.LayerGradCam(network, body).attribute(
        video, target=torch.tensor([2, 0]), relu_attributions=True
    )
    features = body(video).detach().requires_grad_()
    scores = network[1:](features)[torch.arange(2), torch.tensor([2, 0])]
    (gradients,) = torch.autograd.grad(scores.sum(), features)
    torch.testing.assert_close(grad_cam(features.detach(), gradients)[:, None], expected.detach())
