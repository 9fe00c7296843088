import pytest
import torch
from torch.nn import functional as F

from pipeline.models.attention.attended import Context
from pipeline.models.attention.stam import Stam, scale_to_unit, subtract_minimum
from pipeline.models.branches import Branches
from pipeline.models.initialise import initialise
from pipeline.models.sites import Place

ALONE = Context({}, draws=None)
PLACE = Place("Mixed_5c", channels=7, branches=Branches(3, 4, 5, 2, 6, 8))


def stam(compat):
    module = Stam(PLACE, compat)
    initialise(module, seed=3)
    return module


@pytest.fixture
def features(generator):
    return torch.randn(2, 7, 3, 5, 6, generator=generator).relu()


def unit_by_hand(x, unit):
    """Convolution, batch norm by its running statistics, ReLU."""
    weight, bn = unit.conv3d.weight, unit.bn
    x = F.conv3d(x, weight, padding=weight.shape[-1] // 2)
    mean, deviation = bn.running_mean, (bn.running_var + 1e-3).sqrt()
    by_channel = "bcthw,c->bcthw"
    x = torch.einsum(by_channel, x.movedim(1, -1).sub(mean).movedim(-1, 1), bn.weight / deviation)
    return (x.movedim(1, -1) + bn.bias).movedim(-1, 1).clamp(min=0)


def map_by_the_paper(x, module):
    """Equation 1, term by term, with f clip by clip."""
    inc = module.attention_inc
    b0 = unit_by_hand(x, inc.b0)
    b1 = unit_by_hand(unit_by_hand(x, inc.b1a), inc.b1b)
    b2 = unit_by_hand(unit_by_hand(x, inc.b2a), inc.b2b)
    b3 = unit_by_hand(F.max_pool3d(F.pad(x, [1] * 6), 3, stride=1), inc.b3b)
    response = unit_by_hand(torch.cat([b0, b1, b2, b3], dim=1), module.attention_pred)
    clips = [(clip - clip.min()) / (clip.max() - clip.min()) for clip in response[:, 0]]
    return torch.stack(clips)


def test_stam_with_106_classes_has_the_published_number_of_parameters(build):
    recognizer = build(width=1, num_classes=106, attention="stam", after=["Mixed_5c"])
    assert sum(parameter.numel() for parameter in recognizer.parameters()) == 15_326_060


def test_stam_equals_the_papers_equations(features):
    module = stam("paper").eval()
    attended = module(features, ALONE)
    expected = map_by_the_paper(features, module)
    torch.testing.assert_close(attended.map, expected)
    gated = torch.einsum("bcthw,bthw->bcthw", features, expected)
    torch.testing.assert_close(attended.features, gated)


def test_stams_gradients_are_those_of_the_equations(generator):
    module = stam("paper").eval()
    features = torch.rand(2, 7, 3, 5, 6, generator=generator) + 0.1  # zeros tie with the padding
    weights = torch.linspace(-1, 1, features.numel()).view_as(features)
    asked = [features.clone().requires_grad_(), *module.parameters()]
    found = torch.autograd.grad((module(asked[0], ALONE).features * weights).sum(), asked)
    gated = asked[0] * map_by_the_paper(asked[0], module)[:, None]
    expected = torch.autograd.grad((gated * weights).sum(), asked)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=5e-5)  # sums of 1260 terms


def test_each_clips_map_reaches_from_zero_to_one(features):
    gate = stam("paper")(features, ALONE).map
    assert gate.shape == (2, 3, 5, 6)
    assert gate.amin(dim=(1, 2, 3)).tolist() == [0, 0]
    assert gate.amax(dim=(1, 2, 3)).tolist() == [1, 1]


def test_a_constant_map_is_all_ones_and_leaves_the_features(features):
    module = stam("paper")
    module.attention_pred.bn.weight.data.zero_()
    attended = module(features, ALONE)
    assert (attended.map == 1).all()
    assert torch.equal(attended.features, features)


def test_a_constant_map_has_finite_gradients():
    response = torch.full((2, 3, 4, 5), 0.7, requires_grad=True)
    scale_to_unit(response).sum().backward()
    assert response.grad.isfinite().all()


def test_one_clips_map_does_not_depend_on_the_others(features):
    module = stam("paper").eval()
    torch.testing.assert_close(module(features[:1], ALONE).map, module(features, ALONE).map[:1])


def test_the_released_code_subtracts_the_minimum_and_does_not_divide(features):
    paper, released = stam("paper").eval(), stam("released").eval()
    response = released.attention_pred(released.attention_inc(features))[:, 0]
    gate = released(features, ALONE).map
    assert torch.equal(gate, subtract_minimum(response))
    assert gate.amin(dim=(1, 2, 3)).tolist() == [0, 0]
    assert (gate.amax(dim=(1, 2, 3)) != 1).all()
    torch.testing.assert_close(scale_to_unit(gate), paper(features, ALONE).map)


def test_every_parameter_of_stam_gets_a_gradient(features):
    module = stam("paper")
    module.attention_pred.bn.bias.data.fill_(0.3)  # at 0 the scale of the response cancels in f
    attended = module(features, ALONE)
    attended.features.square().sum().backward()
    idle = [name for name, p in module.named_parameters() if not p.grad.abs().sum() > 0]
    assert idle == []


def test_the_map_stays_float32_when_the_features_are_bfloat16(features):
    attended = stam("paper").bfloat16()(features.bfloat16(), ALONE)
    assert attended.map.dtype == torch.float32
    assert attended.features.dtype == torch.bfloat16
    assert attended.map.max() == 1
