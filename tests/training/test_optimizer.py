import pytest
import torch
from torch import nn

from pipeline.training.optimizer import build_optimizer, set_learning_rate
from pipeline.training.optimizer_params import SgdConfig

SGD = SgdConfig(name="sgd", lr=0.1, momentum=0.9, weight_decay=0.01)


def test_sgd_steps_as_its_equation_says():
    parameter = nn.Parameter(torch.tensor([2.0]))
    optimizer = build_optimizer(SGD, [parameter])
    weight, velocity = 2.0, 0.0
    for gradient in (1.0, -3.0, 0.5):
        parameter.grad = torch.tensor([gradient])
        optimizer.step()
        velocity = 0.9 * velocity + gradient + 0.01 * weight
        weight -= 0.1 * velocity
    assert parameter.item() == pytest.approx(weight)


def test_what_does_not_learn_is_not_given_to_the_optimizer():
    frozen = nn.Parameter(torch.ones(2), requires_grad=False)
    learning = nn.Parameter(torch.ones(3))
    groups = build_optimizer(SGD, [frozen, learning]).param_groups
    assert [parameter is learning for group in groups for parameter in group["params"]] == [True]


def test_a_new_learning_rate_holds_for_the_next_step():
    parameter = nn.Parameter(torch.tensor([0.0]))
    optimizer = build_optimizer(SGD, [parameter])
    set_learning_rate(optimizer, 7.0)
    parameter.grad = torch.tensor([1.0])
    optimizer.step()
    assert parameter.item() == -7.0
