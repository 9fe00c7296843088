import pytest
import torch
from models.slow_recurrence import (
    assert_same_with_gradients,
    context,
    parameters_without_gradient,
    random_module,
    slow_mean,
    steps_to_overfit,
)

from pipeline.models.attention.eleatt import EleAtt
from pipeline.models.initialise import initialise


def make_eleatt(*, channels=3, units=2):
    return random_module(EleAtt(channels=channels, units=units), seed=9)


@pytest.fixture
def features(generator):
    return (3 * torch.randn(2, 3, 4, 4, 3, generator=generator)).requires_grad_()


def neuron(module, from_input, x, from_hidden, hidden, k):
    """One neuron's weighted sum; the layers' names are the module's."""
    by_input, by_hidden = module.get_submodule(from_input), module.get_submodule(from_hidden)
    total = by_input.bias[k]
    for c in range(len(x)):
        total = total + by_input.weight[k, c, 0, 0] * x[c]
    for h in range(len(hidden)):
        total = total + by_hidden.weight[k, h, 0, 0] * hidden[h]
    return total


def clip_by_the_equations(module, clip):
    """Hidden states after each frame of one clip (C, T, H, W), neuron by neuron."""
    units = len(module.cell.conv_c_h.weight)
    hidden = memory = [torch.zeros(())] * units
    states = []
    for frame in clip.unbind(dim=1):
        x = slow_mean(frame)
        x = [
            torch.sigmoid(neuron(module, "gate_x", x, "gate_h", hidden, c)) * x[c]
            for c in range(len(x))
        ]
        i, f, g, o = (
            [
                neuron(module, f"cell.conv_{gate}_x", x, f"cell.conv_{gate}_h", hidden, k)
                for k in range(units)
            ]
            for gate in "ifco"
        )
        memory = [f[k].sigmoid() * memory[k] + i[k].sigmoid() * g[k].tanh() for k in range(units)]
        hidden = [o[k].sigmoid() * memory[k].tanh() for k in range(units)]
        states.append(torch.stack(hidden))
    return torch.stack(states)


def test_eleatt_equals_its_equations_forward_and_backward(features):
    module = make_eleatt()
    assert_same_with_gradients(
        lambda: [torch.stack([s.hidden[:, :, 0, 0] for s in module.walk(features)], dim=1)],
        lambda: [torch.stack([clip_by_the_equations(module, clip) for clip in features])],
        {"features": features, **dict(module.named_parameters())},
    )


def test_the_features_are_the_last_hidden_state_and_there_is_no_map(features):
    module = make_eleatt()
    attended = module(features, context())
    assert attended.map is None
    assert attended.features.shape == (2, 2, 1, 1, 1)
    assert torch.equal(attended.features[:, :, 0], module.walk(features)[-1].hidden)


def test_the_cell_is_a_standard_lstm(features):
    module = make_eleatt()
    for gate in (module.gate_x, module.gate_h):
        gate.weight.data.zero_()
    module.gate_x.bias.data.fill_(100)  # every element passes
    lstm, cell = torch.nn.LSTM(3, 2, batch_first=True), module.cell
    order = "ifco"
    from_input = [cell.get_submodule(f"conv_{gate}_x") for gate in order]
    from_hidden = [cell.get_submodule(f"conv_{gate}_h") for gate in order]
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.cat([conv.weight.flatten(1) for conv in from_input]))
        lstm.weight_hh_l0.copy_(torch.cat([conv.weight.flatten(1) for conv in from_hidden]))
        lstm.bias_ih_l0.copy_(torch.cat([conv.bias for conv in from_input]))
        lstm.bias_hh_l0.zero_()
    _, (expected, _) = lstm(features.mean(dim=(3, 4)).transpose(1, 2))
    torch.testing.assert_close(module(features, context()).features[..., 0, 0, 0], expected[0])


def test_states_do_not_depend_on_later_frames(features):
    module = make_eleatt()
    later = features.detach().clone()
    later[:, :, 2:] += 1
    walks = zip(module.walk(features), module.walk(later), strict=True)
    is_same = [torch.equal(one.hidden, two.hidden) for one, two in walks]
    assert is_same == [True, True, False, False]


def test_a_clip_does_not_depend_on_the_others(features):
    module = make_eleatt()
    attended = module(features, context()).features
    other = features.detach().clone()
    other[1] += 1
    assert torch.equal(attended[0], module(other, context()).features[0])
    (gradient,) = torch.autograd.grad(attended[0].sum(), features)
    assert not gradient[1].any()


def test_every_parameter_gets_a_gradient(features):
    module = make_eleatt()
    assert parameters_without_gradient(module, [module(features, context()).features]) == []


def test_eleatt_overfits_four_clips(generator):
    clips = torch.randn(4, 4, 3, 3, 3, generator=generator)
    module = make_eleatt(channels=4, units=4)
    initialise(module, seed=0)
    labels = torch.arange(4)
    run = lambda: module(clips, context()).features
    assert torch.equal(steps_to_overfit(module, run, labels, steps=100), labels)


def test_the_state_stays_float32_in_autocast(features):
    module = make_eleatt()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = module(features, context())
    assert attended.features.dtype == torch.float32
    expected = module(features, context()).features
    torch.testing.assert_close(attended.features, expected, atol=0.1, rtol=0.1)
