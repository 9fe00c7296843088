import pytest
import torch
from models.slow_gates import NOTHING, predictions_after_training, random_parameters, shuffled_clips
from models.slow_recurrence import (
    assert_same_with_gradients,
    parameters_without_gradient,
)
from torch.nn import functional as F

from pipeline.models.attention.san import San
from pipeline.models.attention.stam import Stam
from pipeline.models.branches import Branches
from pipeline.models.initialise import initialise
from pipeline.models.sites import Place

PLACE = Place("Mixed_5c", channels=6, branches=Branches(3, 4, 5, 2, 6, 8))


def random_san(compat="paper"):
    module = random_parameters(San(PLACE, compat), seed=4).eval()
    module.attention_pred.bn.bias.data.fill_(1)  # else no cell of a frame may respond
    return module


def fresh_san(compat="paper"):
    module = San(PLACE, compat)
    initialise(module, seed=3)
    module.attention_pred.bn.bias.data.fill_(0.3)  # at 0 the scale of the response cancels in f
    return module


@pytest.fixture
def features(generator):
    return torch.rand(2, 6, 3, 5, 4, generator=generator).requires_grad_()


def slow_unit(x, unit):
    """Convolution of (C, H, W), cell by cell, then batch norm as it is in tests, then ReLU."""
    kernel, bn = unit.conv3d.weight[:, :, 0], unit.bn
    reach = kernel.shape[-1] // 2
    padded = F.pad(x, [reach] * 4)
    size = kernel.shape[-1]
    _, height, width = x.shape
    planes = []
    for k, weights in enumerate(kernel):
        cells = [
            (weights * padded[:, i : i + size, j : j + size]).sum()
            for i in range(height)
            for j in range(width)
        ]
        plane = torch.stack(cells).view(height, width)
        plane = (plane - bn.running_mean[k]) / (bn.running_var[k] + 1e-3).sqrt()
        plane = plane * bn.weight[k] + bn.bias[k]
        planes.append(plane * (plane > 0))
    return torch.stack(planes)


def slow_maximum(x):
    """The largest of 3 x 3 cells, zeros outside."""
    padded = F.pad(x, [1] * 4)
    _, height, width = x.shape
    corners = [(i, j) for i in range(height) for j in range(width)]
    cells = [padded[:, i : i + 3, j : j + 3].amax(dim=(1, 2)) for i, j in corners]
    return torch.stack(cells, dim=1).view(x.shape)


def slow_map(frame, module):
    """STAM's equation 1 on one frame (C, H, W), without time."""
    inc = module.attention_inc
    branches = [
        slow_unit(frame, inc.b0),
        slow_unit(slow_unit(frame, inc.b1a), inc.b1b),
        slow_unit(slow_unit(frame, inc.b2a), inc.b2b),
        slow_unit(slow_maximum(frame), inc.b3b),
    ]
    response = slow_unit(torch.cat(branches), module.attention_pred)[0]
    response = response.float()  # a map is float32
    return (response - response.min()) / (response.max() - response.min())


def by_the_equations(module, features):
    maps = [torch.stack([slow_map(f, module) for f in clip.unbind(dim=1)]) for clip in features]
    stacked = torch.stack(maps)
    return torch.einsum("bcthw,bthw->bcthw", features, stacked.to(features.dtype)), stacked


def results(attended):
    return attended.features, attended.map


def test_san_equals_stams_equations_on_each_frame_forward_and_backward(features):
    module = random_san().double()  # f subtracts numbers that are nearly equal
    features = features.detach().double().requires_grad_()
    assert_same_with_gradients(
        lambda: results(module(features, NOTHING)),
        lambda: by_the_equations(module, features),
        {"features": features, **dict(module.named_parameters())},
    )


def test_each_frames_map_reaches_from_zero_to_one(features):
    gate = fresh_san()(features, NOTHING).map
    assert gate.shape == (2, 3, 5, 4)
    assert (gate.amin(dim=(2, 3)) == 0).all()
    assert (gate.amax(dim=(2, 3)) == 1).all()


@pytest.mark.parametrize("compat", ["paper", "released"])
def test_each_frame_is_alone(features, compat):
    module = random_san(compat)
    alone = [module(features[1:, :, t : t + 1], NOTHING).map for t in range(3)]
    torch.testing.assert_close(torch.cat(alone, dim=1), module(features, NOTHING).map[1:])


def test_san_has_stams_parameters_with_kernels_of_one_frame():
    modules = San(PLACE, "paper"), Stam(PLACE, "paper")
    san, stam = ({name: p.shape for name, p in m.named_parameters()} for m in modules)
    assert list(san) == list(stam)
    assert san["attention_inc.b1b.conv3d.weight"] == (5, 4, 1, 3, 3)
    assert stam["attention_inc.b1b.conv3d.weight"] == (5, 4, 3, 3, 3)


def test_every_parameter_gets_a_gradient(features):
    module = fresh_san()
    assert parameters_without_gradient(module, results(module(features, NOTHING))) == []


def test_san_overfits_four_clips_that_have_the_same_average(generator):
    module, clips = fresh_san(), shuffled_clips(generator)
    named = predictions_after_training(
        lambda x: module(x, NOTHING).features, module.parameters(), clips
    )
    assert named == [0, 1, 2, 3]


def test_the_map_is_float32_under_autocast(features):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = fresh_san()(features.bfloat16(), NOTHING)
    assert attended.map.dtype == torch.float32
    assert attended.features.dtype == torch.bfloat16
    assert attended.map.max() == 1
