import pytest
import torch
from models.slow_recurrence import (
    assert_same_with_gradients,
    parameters_without_gradient,
    random_module,
    slow_conv_lstm,
)

from pipeline.models.attention.conv_lstm import ConvLstmCell, GateBiases, last_memory
from pipeline.models.initialise import initialise


def make_cell(*, kernel_size=3):
    cell = ConvLstmCell(channels=3, view_channels=3, memory=2, kernel_size=kernel_size)
    return random_module(cell, seed=1)


@pytest.fixture
def video(generator):
    return torch.randn(2, 3, 4, 4, 3, generator=generator).requires_grad_()


@pytest.fixture
def biases(generator):
    tensors = torch.randn(3, 2, 2, 4, 3, generator=generator).requires_grad_()
    return GateBiases(*tensors), tensors


def by_the_equations(cell, video, biases):
    """All hidden states and memories, each (B, K, T, H, W)."""
    clips = [slow_conv_lstm(cell, clip.unbind(dim=1), biases[:, b]) for b, clip in enumerate(video)]
    hidden = torch.stack([torch.stack([h for h, _ in clip], dim=1) for clip in clips])
    memory = torch.stack([torch.stack([c for _, c in clip], dim=1) for clip in clips])
    return hidden, memory


def stacked(states):
    hidden = torch.stack([state.hidden for state in states], dim=2)
    return hidden, torch.stack([state.memory for state in states], dim=2)


@pytest.mark.parametrize("kernel_size", [1, 3])
def test_a_cell_equals_the_equations_forward_and_backward(video, kernel_size):
    cell = make_cell(kernel_size=kernel_size)
    assert_same_with_gradients(
        lambda: stacked(cell.walk(video, biases=None)),
        lambda: by_the_equations(cell, video, torch.zeros(3, 2, 2, 4, 3)),
        {"video": video, **dict(cell.named_parameters())},
    )


def test_biases_add_inside_the_activations_of_i_f_and_the_innovation(video, biases):
    cell = make_cell()
    given, tensors = biases
    assert_same_with_gradients(
        lambda: stacked(cell.walk(video, given)),
        lambda: by_the_equations(cell, video, tensors),
        {"biases": tensors, "video": video, **dict(cell.named_parameters())},
    )


def test_zero_biases_change_nothing(video):
    cell = make_cell()
    zeros = torch.zeros(2, 2, 4, 3)
    without, biased = cell.walk(video, None), cell.walk(video, GateBiases(zeros, zeros, zeros))
    for one, other in zip(stacked(without), stacked(biased), strict=True):
        assert torch.equal(one, other)


def test_a_walk_is_one_step_after_the_other(video):
    cell = make_cell()
    first, second = cell.walk(video[:, :, :2], biases=None)
    again = cell(video[:, :, 1], first, biases=None)
    assert torch.equal(again.memory, second.memory)
    assert torch.equal(again.hidden, second.hidden)


def test_states_do_not_depend_on_later_frames(video):
    cell = make_cell()
    later = video.detach().clone()
    later[:, :, 2:] += 1
    for before, after in zip(cell.walk(video, None)[:2], cell.walk(later, None)[:2], strict=True):
        assert torch.equal(before.memory, after.memory)
        assert torch.equal(before.hidden, after.hidden)


def test_states_do_not_depend_on_other_clips(video):
    cell = make_cell()
    other = video.detach().clone()
    other[1] += 1
    one, two = last_memory(cell.walk(video, None)), last_memory(cell.walk(other, None))
    assert torch.equal(one[0], two[0])
    assert not torch.equal(one[1], two[1])


def test_every_parameter_of_a_cell_gets_a_gradient(video):
    cell = make_cell()
    assert parameters_without_gradient(cell, stacked(cell.walk(video, None))) == []


def test_a_cell_starts_from_glorots_values_and_zero_biases():
    cell = ConvLstmCell(channels=24, view_channels=24, memory=40, kernel_size=3)
    initialise(cell, seed=0)
    assert cell.conv_i_x.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.03)
    assert cell.conv_o_h.weight.std().item() == pytest.approx((2 / (80 * 9)) ** 0.5, rel=0.03)
    assert not cell.conv_f_x.bias.any()


def test_the_memory_stays_float32_in_autocast(video):
    cell = make_cell()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = cell.walk(video, biases=None)
    assert {state.memory.dtype for state in states} == {torch.float32}
    expected = last_memory(cell.walk(video, biases=None))
    torch.testing.assert_close(last_memory(states), expected, atol=0.1, rtol=0.1)
