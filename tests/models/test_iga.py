import math

import pytest
import torch
from models.iga_network import (
    BLOCKS,
    CHANNELS,
    GRID,
    TAP,
    TAP_CHANNELS,
    VIDEO,
    ClipNoise,
    make_iga,
    make_network,
)
from torch.nn import functional as F

from pipeline.models.attention.attended import Attended, Context
from pipeline.models.attention.gaze_head import GazeHead, branch_to
from pipeline.models.attention.iga import Iga
from pipeline.models.backbones.i3d import InceptionI3d
from pipeline.models.branches import Branches
from pipeline.models.errors import ModelError
from pipeline.models.heads.clip import ClipHead
from pipeline.models.sites import Place

CELLS = GRID[1] * GRID[2]


@pytest.fixture
def features(generator):
    """h and x of two clips."""
    h = torch.randn(2, CHANNELS, *GRID, generator=generator).relu()
    return h, torch.randn(2, TAP_CHANNELS, *GRID, generator=generator).relu()


def attend(module, features, draws=None):
    h, x = features
    return module(h, Context({TAP: Attended(x, map=None)}, draws))


def unit_by_hand(x, unit):
    return (batch_norm_by_hand(F.conv3d(x, unit.conv3d.weight, padding="same"), unit.bn)).relu()


def batch_norm_by_hand(x, bn):
    mean, deviation = bn.running_mean, (bn.running_var + 1e-3).sqrt()
    return ((x.movedim(1, -1) - mean) / deviation * bn.weight + bn.bias).movedim(-1, 1)


def pi_by_hand(x, head):
    """The authors' gaze network, layer by layer, by running statistics."""
    for name in BLOCKS:
        inc = getattr(head, name)
        b1 = unit_by_hand(unit_by_hand(x, inc.b1a), inc.b1b)
        b2 = unit_by_hand(unit_by_hand(x, inc.b2a), inc.b2b)
        b3 = unit_by_hand(F.max_pool3d(F.pad(x, [1] * 6), 3, stride=1), inc.b3b)
        x = torch.cat([unit_by_hand(x, inc.b0), b1, b2, b3], dim=1)
    for conv, bn in ((head.g1, head.b1), (head.g2, head.b2)):
        padded = F.pad(x, (1, 1, 1, 1, 0, 0))
        x = batch_norm_by_hand(F.conv3d(padded, conv.weight, conv.bias), bn).relu()
    return torch.einsum("bcthw,c->bthw", x, head.g3.weight.flatten()) + head.g3.bias


def iga_by_hand(module, h, x, uniform):
    """The equations, one cell after another: features and π."""
    pi = pi_by_hand(x, module.gaze)
    time, height, width = GRID
    gated = torch.zeros_like(h)
    for b in range(len(h)):
        z = torch.zeros(time * CELLS)
        for n in range(time):
            noisy = [
                pi[b, n, i, j].item() - math.log(-math.log(uniform[b, n, i, j].item()))
                for i in range(height)
                for j in range(width)
            ]
            z[n * CELLS + noisy.index(max(noisy))] = 1
        for n in range(time):
            for i in range(height):
                for j in range(width):
                    row = n * CELLS + i * width + j
                    w = 1 / (1 + (-(module.fc.weight[row] @ z) - module.fc.bias[row]).exp())
                    gated[b, :, n, i, j] = h[b, :, n, i, j] * w + h[b, :, n, i, j]
    return gated, pi


@pytest.fixture
def stirred():
    """A module in evaluation mode whose batch norms and biases are not at their start values."""
    module = make_iga().eval()
    generator = torch.Generator().manual_seed(8)
    for tensor in module.state_dict().values():
        if tensor.ndim == 1:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.3)
    return module


def test_iga_equals_its_equations_forward_and_gradient(stirred, features, generator):
    h, x = (tensor.requires_grad_() for tensor in features)
    draws = ClipNoise([4, 9])
    attended = attend(stirred, (h, x), draws)
    gated, pi = iga_by_hand(stirred, h, x, draws.uniform("", GRID))
    torch.testing.assert_close(attended.features, gated, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(attended.gaze_logits, pi, rtol=1e-5, atol=1e-5)
    weights = [torch.randn(made.shape, generator=generator) for made in (gated, pi)]
    leaves = [h, x, *(p for p in stirred.parameters())]

    def gradients(*made):
        loss = sum((one * weight).sum() for one, weight in zip(made, weights, strict=True))
        return torch.autograd.grad(loss, leaves)

    ours = gradients(attended.features, attended.gaze_logits)
    for own, expected in zip(ours, gradients(gated, pi), strict=True):
        torch.testing.assert_close(own, expected, rtol=1e-5, atol=1e-4)


def test_the_classifier_sees_the_average_of_gated_features_and_of_features(features):
    h, _ = features
    attended = attend(make_iga().eval(), features)
    gate = attended.features / h - 1  # nan where h is 0
    gated = torch.where(h > 0, h * gate, 0)
    expected = gated.mean(dim=(2, 3, 4)) + h.mean(dim=(2, 3, 4))
    seen = ClipHead(CHANNELS, 5)(attended.features, None).features
    torch.testing.assert_close(seen, expected)


def test_cells_are_drawn_from_the_softmax_of_their_logits(features):
    module, draws = make_iga().eval(), ClipNoise(range(3000))
    module.gaze.g3.weight.data *= 20  # else it can hardly be told from the uniform distribution
    clip = [tensor[:1].expand(3000, -1, -1, -1, -1) for tensor in features]
    attended = attend(module, clip, draws)
    shares = F.one_hot(attended.cells, CELLS).float().mean(dim=0)  # (T, cells)
    expected = attended.gaze_logits[0].flatten(1).softmax(dim=-1)
    deviation = (expected * (1 - expected) / 3000).sqrt()
    assert expected.max() > 3 / CELLS
    assert ((shares - expected).abs() < 4.5 * deviation).all()


def test_in_the_papers_evaluation_the_largest_logit_is_chosen(features):
    attended = attend(make_iga().eval(), features)
    assert torch.equal(attended.cells, attended.gaze_logits.flatten(2).argmax(dim=-1))
    assert torch.equal(attended.perturbed_logits, attended.gaze_logits)


def test_in_the_released_codes_evaluation_every_clip_has_the_same_noise(features):
    attended = attend(make_iga("released").eval(), features)
    noise = attended.perturbed_logits - attended.gaze_logits
    torch.testing.assert_close(noise[0], noise[1])
    assert noise.std() > 0.5
    again = attend(make_iga("released").eval(), features)
    assert torch.equal(again.features, attended.features)


@pytest.mark.parametrize("compat", ["paper", "released"])
@pytest.mark.parametrize("seeds", [None, [4, 9]])
def test_one_clip_does_not_depend_on_the_others(features, compat, seeds):
    module = make_iga(compat).eval()
    both = attend(module, features, seeds and ClipNoise(seeds))
    alone = attend(module, [x[1:] for x in features], seeds and ClipNoise(seeds[1:]))
    assert torch.equal(alone.cells, both.cells[1:])
    torch.testing.assert_close(alone.features, both.features[1:])
    torch.testing.assert_close(alone.map, both.map[1:])


def test_the_map_is_a_distribution_over_each_time_steps_cells(features):
    gate = attend(make_iga(), features, ClipNoise([1, 2])).map
    assert gate.shape == (2, *GRID)
    assert gate.min() >= 0
    torch.testing.assert_close(gate.sum(dim=(2, 3)), torch.ones(2, GRID[0]))


def test_features_are_never_negative_and_never_smaller_than_before(features):
    attended = attend(make_iga(), features, ClipNoise([1, 2]))
    assert (attended.features >= features[0]).all()


def test_a_loss_of_the_features_does_not_reach_the_gaze_branch(features):
    module = make_iga()
    attend(module, features, ClipNoise([1, 2])).features.sum().backward()
    assert all(parameter.grad is None for parameter in module.gaze.parameters())
    assert module.fc.weight.grad.any()


def test_the_map_stays_float32_when_the_features_are_bfloat16(features):
    module = make_iga().bfloat16()
    attended = attend(module, [x.bfloat16() for x in features], ClipNoise([1, 2]))
    assert attended.map.dtype == attended.gaze_logits.dtype == torch.float32
    assert attended.features.dtype == torch.bfloat16


def test_features_of_another_grid_are_refused_with_both_grids_and_the_way_out(features):
    cut = [x[:, :, :, :2] for x in features]
    with pytest.raises(ModelError, match=r"found .* 2 x 2 x 4 .*expected 2 x 3 x 4.*\[2, 2, 4\]"):
        attend(make_iga(), cut)


def test_the_gaze_branch_starts_at_the_pool_before_the_row_of_blocks():
    places = InceptionI3d(3, 0.05).places
    tap, blocks = branch_to(places["Mixed_5c"], places)
    assert (tap.name, list(blocks)) == ("MaxPool3d_5a_2x2", ["Mixed_5b", "Mixed_5c"])
    tap, blocks = branch_to(places["Mixed_4c"], places)
    assert (tap.name, list(blocks)) == ("MaxPool3d_4a_3x3", ["Mixed_4b", "Mixed_4c"])


@pytest.mark.parametrize("place", ["MaxPool3d_5a_2x2", "layer4.2"])
def test_a_place_without_inception_blocks_is_refused(place):
    places = InceptionI3d(3, 0.05).places | {"layer4.2": Place("layer4.2", 8)}
    with pytest.raises(ModelError, match="choose backbone i3d"):
        branch_to(places[place], places)


def published_iga():
    """The module at its published size, without memory."""
    with torch.device("meta"):
        places = InceptionI3d(3, 1.0).places
        tap, blocks = branch_to(places["Mixed_5c"], places)
        return Iga(
            tap=tap.name, tap_channels=tap.channels, blocks=blocks, grid=(3, 7, 7), compat="paper"
        )


def test_the_published_module_has_the_published_number_of_parameters():
    module = published_iga()
    head = ClipHead(1024, 106)
    assert sum(p.numel() for p in module.gaze.parameters()) == 7_266_785
    attention = [*module.fc.parameters(), *head.parameters()]
    assert sum(p.numel() for p in attention) == 130_406


def test_the_gaze_branch_has_the_official_names_and_shapes(official_keys):
    own = {name: list(x.shape) for name, x in published_iga().gaze.state_dict().items()}
    assert own == official_keys("iga_keys")["gaze"]


def test_a_narrow_gaze_branch_is_narrow_to_its_end():
    head = GazeHead(TAP_CHANNELS, {"Mixed_5c": Branches(32, 8, 40, 8, 16, 8)})
    assert (head.g1.out_channels, head.g2.out_channels) == (24, 8)


def test_a_recognizer_hands_the_tapped_features_to_the_gaze_branch(generator):
    network = make_network().eval()
    seen = network(torch.rand(2, *VIDEO, generator=generator))
    attended = seen.attended["Mixed_5c"]
    tapped = seen.attended["MaxPool3d_5a_2x2"].features
    torch.testing.assert_close(attended.gaze_logits, network.attention["Mixed_5c"].gaze(tapped))
    assert seen.last is attended.features
