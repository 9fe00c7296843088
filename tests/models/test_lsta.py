import pytest
import torch
from models.slow_lsta import by_the_equations
from models.slow_recurrence import (
    assert_same_with_gradients,
    context,
    parameters_without_gradient,
    random_module,
    steps_to_overfit,
)

from pipeline.models.attention.conv_lstm import GateBiases
from pipeline.models.attention.lsta import Lsta
from pipeline.models.initialise import initialise

FULL = {"attention_pooling": True, "output_pooling": True, "coupling": True}
ABLATIONS = {
    "baseline": {},
    "output pooling": {"output_pooling": True},
    "attention pooling": {"attention_pooling": True},
    "pooling": {"attention_pooling": True, "output_pooling": True},
    "coupling without attention": {"output_pooling": True, "coupling": True},
    "lsta": FULL,
}


def make_lsta(*, compat="paper", tap="tap", channels=3, memory=2, seed=4, **switches):
    off = {"attention_pooling": False, "output_pooling": False, "coupling": False}
    sizes = {"channels": channels, "memory": memory, "num_categories": 6, "pool_size": 5}
    module = random_module(Lsta(**sizes, **off | switches, compat=compat, tap=tap), seed)
    if module.output_pooling and module.output_pooling.coupling_fc:
        module.output_pooling.coupling_fc.weight.data.mul_(6)  # the attended input is small
    return module


@pytest.fixture
def features(generator):
    return torch.randn(2, 3, 4, 4, 3, generator=generator).requires_grad_()


@pytest.fixture
def last_conv(generator):
    generator.manual_seed(6)
    return (4 * torch.randn(2, 3, 4, 4, 3, generator=generator)).requires_grad_()


def results(attended):
    return (attended.features,) if attended.map is None else (attended.features, attended.map)


@pytest.mark.parametrize("compat", ["paper", "released"])
@pytest.mark.parametrize("switches", ABLATIONS.values(), ids=ABLATIONS)
def test_lsta_equals_the_papers_equations_forward_and_backward(
    last_conv, features, switches, compat
):
    module = make_lsta(compat=compat, **switches)
    no_biases = torch.zeros(3, 2, 2, 4, 3)
    assert_same_with_gradients(
        lambda: results(module(features, context(tap=last_conv))),
        lambda: by_the_equations(module, last_conv, features, compat, no_biases),
        {"x": last_conv, "features": features, **dict(module.named_parameters())},
    )


def test_another_streams_biases_enter_the_memorys_gates(last_conv, features, generator):
    module = make_lsta(**FULL)
    tensors = torch.randn(3, 2, 2, 4, 3, generator=generator).requires_grad_()
    assert_same_with_gradients(
        lambda: results(module.attend(last_conv, features, GateBiases(*tensors))),
        lambda: by_the_equations(module, last_conv, features, "paper", tensors),
        {"biases": tensors, "x": last_conv, "features": features},
    )


def test_without_a_tap_lsta_remembers_the_features_themselves(features):
    module = make_lsta(tap=None, **FULL)
    tapped = make_lsta(tap="tap", **FULL)
    assert module.taps == ()
    assert torch.equal(
        module(features, context()).features, tapped(features, context(tap=features)).features
    )


def test_the_compats_differ_by_the_coupling_alone(last_conv, features):
    def last_memory(compat, **switches):
        return make_lsta(compat=compat, **switches)(features, context(tap=last_conv)).features

    assert not torch.equal(last_memory("paper", **FULL), last_memory("released", **FULL))
    uncoupled = FULL | {"coupling": False}
    assert torch.equal(last_memory("paper", **uncoupled), last_memory("released", **uncoupled))


def test_the_coupling_changes_the_chosen_category_in_the_released_code(last_conv, features):
    module = make_lsta(compat="released", **FULL)
    coupled = module(features, context(tap=last_conv)).features
    module.output_pooling.coupling_fc.weight.data.zero_()
    assert not torch.equal(coupled, module(features, context(tap=last_conv)).features)


def test_a_later_frame_leaves_earlier_maps_and_memories_bit_equal(last_conv, features):
    module = make_lsta(**FULL)
    changed = features.detach().clone()
    changed[:, :, 2:] += 1
    before, after = module.look(features), module.look(changed)
    assert torch.equal(before[:, :2], after[:, :2])
    assert not torch.equal(before[:, 2], after[:, 2])
    later = last_conv.detach().clone()
    later[:, :, 2:] += 1
    walks = module.walk(last_conv, None), module.walk(later, None)
    is_same = [torch.equal(one.memory, two.memory) for one, two in zip(*walks, strict=True)]
    assert is_same == [True, True, False, False]


def test_an_earlier_frame_moves_later_maps(features):
    module = make_lsta(**FULL)
    changed = features.detach().clone()
    changed[:, :, 0] += 1
    assert not torch.equal(module.look(features)[:, 1:], module.look(changed)[:, 1:])


def test_a_clip_does_not_depend_on_the_others(last_conv, features):
    module = make_lsta(**FULL)
    attended = module(features, context(tap=last_conv))
    other, other_conv = features.detach().clone(), last_conv.detach().clone()
    other[1] += 1
    other_conv[1] -= 1
    again = module(other, context(tap=other_conv))
    assert torch.equal(attended.features[0], again.features[0])
    assert torch.equal(attended.map[0], again.map[0])
    gradients = torch.autograd.grad(attended.features[0].sum(), [last_conv, features])
    assert [gradient[1].any().item() for gradient in gradients] == [False, False]


@pytest.mark.parametrize("switches", ABLATIONS.values(), ids=ABLATIONS)
def test_every_parameter_gets_a_gradient_under_paper(last_conv, features, switches):
    module = make_lsta(**switches)
    attended = module(features, context(tap=last_conv))
    assert parameters_without_gradient(module, [attended.features]) == []


def test_the_released_coupling_never_learns(last_conv, features):
    module = make_lsta(compat="released", **FULL)
    attended = module(features, context(tap=last_conv))
    idle = parameters_without_gradient(module, [attended.features])
    assert idle == ["output_pooling.coupling_fc.weight"]
    assert module.output_pooling.coupling_fc.weight.grad is None


def test_lsta_has_the_published_cells_number_of_parameters():
    with torch.device("meta"):
        sizes = {"channels": 512, "memory": 512, "num_categories": 1000, "pool_size": 100}
        module = Lsta(**sizes, **FULL, compat="paper", tap="layer4.2.conv2")
    convs, gates = 8 * 512 * 512 * 9 + 4 * 512, 8 * 9 + 4
    rows = (1000 + 2 * 100) * 512
    assert sum(parameter.numel() for parameter in module.parameters()) == convs + gates + rows


def test_lsta_starts_as_the_authors_start_it():
    module = make_lsta(channels=48, memory=32, **FULL)
    initialise(module, seed=0)
    both = module.cell.conv_i_x.weight, module.output_pooling.coupling_fc.weight
    expected = [(2 / (80 * 9)) ** 0.5, (1 / (3 * 48)) ** 0.5]
    assert [weight.std().item() for weight in both] == pytest.approx(expected, rel=0.1)
    biases = [p for name, p in module.named_parameters() if name.endswith("bias")]
    assert len(biases) == 8
    assert not torch.cat(biases).any()


@pytest.mark.parametrize("switches", ABLATIONS.values(), ids=ABLATIONS)
def test_lsta_overfits_four_clips(generator, switches):
    clips = torch.randn(4, 4, 3, 3, 3, generator=generator)
    module = make_lsta(channels=4, memory=4, tap=None, **switches)
    initialise(module, seed=0)
    labels = torch.arange(4)
    run = lambda: module(clips, context()).features
    assert torch.equal(steps_to_overfit(module, run, labels, steps=60), labels)


def test_the_maps_are_float32_and_exact_in_autocast(last_conv, features):
    module = make_lsta(**FULL)
    half, half_conv = features.detach().bfloat16(), last_conv.detach().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = module(half, context(tap=half_conv))
    exact = module(half.float(), context(tap=half_conv.float()))
    assert attended.map.dtype == torch.float32
    torch.testing.assert_close(attended.map, exact.map)
    torch.testing.assert_close(attended.features, exact.features, atol=0.1, rtol=0.1)
