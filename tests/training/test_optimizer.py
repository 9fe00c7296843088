import pytest
import torch
from torch import nn

from pipeline.training.errors import TrainingError
from pipeline.training.optimizer import build_optimizer, set_learning_rate
from pipeline.training.optimizer_params import AdamConfig, SgdConfig

SGD = SgdConfig(name="sgd", lr=0.1, momentum=0.9, weight_decay=0.01)
ADAM = AdamConfig(name="adam", lr=1e-3, weight_decay=5e-4, eps=1e-4)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3))
        self.head = nn.Linear(3, 4)


class Number(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor([value]))


def step(optimizer, parameter, gradient):
    parameter.grad = torch.tensor([gradient])
    optimizer.step()


def test_sgd_steps_as_its_equation_says():
    model = Number(2.0)
    optimizer = build_optimizer(SGD, model)
    weight, velocity = 2.0, 0.0
    for gradient in (1.0, -3.0, 0.5):
        step(optimizer, model.value, gradient)
        velocity = 0.9 * velocity + gradient + 0.01 * weight
        weight -= 0.1 * velocity
    assert model.value.item() == pytest.approx(weight)


def test_adams_weight_decay_is_a_part_of_its_gradient():
    model = Number(2.0)
    optimizer = build_optimizer(ADAM, model)
    weight, mean, square = 2.0, 0.0, 0.0
    for number, raw in enumerate((1e-4, -3e-4, 2e-4), start=1):
        step(optimizer, model.value, raw)
        gradient = raw + 5e-4 * weight
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        root = (square / (1 - 0.999**number)) ** 0.5
        weight -= 1e-3 * mean / (1 - 0.9**number) / (root + 1e-4)
    assert model.value.item() == pytest.approx(weight, rel=1e-6)


def test_adam_is_torchs():
    ours, theirs = Number(2.0), Number(2.0)
    optimizers = [
        build_optimizer(ADAM, ours),
        torch.optim.Adam(theirs.parameters(), lr=1e-3, eps=1e-4, weight_decay=5e-4),
    ]
    for gradient in (1.0, -3.0, 0.5):
        for model, optimizer in zip((ours, theirs), optimizers, strict=True):
            step(optimizer, model.value, gradient)
    assert torch.equal(ours.value, theirs.value)


def test_what_does_not_learn_is_not_given_to_the_optimizer():
    model = Network()
    model.backbone.requires_grad_(requires_grad=False)
    groups = build_optimizer(SGD, model).param_groups
    assert [parameter.shape for group in groups for parameter in group["params"]] == [(4, 3), (4,)]


def test_a_new_learning_rate_holds_for_the_next_step():
    model = Number(0.0)
    optimizer = build_optimizer(SGD, model)
    set_learning_rate(optimizer, 7.0)
    step(optimizer, model.value, 1.0)
    assert model.value.item() == -7.0


TSM = [
    {"match": ["head.weight"], "lr_factor": 5.0},
    {"match": ["head.bias"], "lr_factor": 10.0, "weight_decay_factor": 0.0},
    {"match": ["@norm"], "weight_decay_factor": 0.0},
    {"match": ["@bias"], "lr_factor": 2.0, "weight_decay_factor": 0.0},
]
EXPECTED = {
    "backbone.0.weight": (1.0, 0.01),
    "backbone.0.bias": (2.0, 0.0),
    "backbone.1.weight": (1.0, 0.0),
    "backbone.1.bias": (1.0, 0.0),  # of the norm's group, which stands before the biases'
    "head.weight": (5.0, 0.01),
    "head.bias": (10.0, 0.0),
}


def rates(model, optimizer):
    """Learning rate and weight decay of every parameter, by name."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {
        names[id(parameter)]: (group["lr"], group["weight_decay"])
        for group in optimizer.param_groups
        for parameter in group["params"]
    }


@pytest.mark.parametrize("lr", [0.1, 0.001])
def test_each_parameter_learns_at_the_rate_of_the_first_group_that_matches_it(lr):
    model = Network()
    optimizer = build_optimizer(SGD.model_copy(update={"groups": groups(TSM)}), model)
    set_learning_rate(optimizer, lr)
    expected = {name: (pytest.approx(lr * factor), wd) for name, (factor, wd) in EXPECTED.items()}
    assert rates(model, optimizer) == expected


def groups(values):
    return SgdConfig(**{**SGD.model_dump(), "groups": values}).groups


def test_a_group_takes_only_what_learns():
    model = Network()
    model.backbone[0].requires_grad_(requires_grad=False)
    optimizer = build_optimizer(SGD.model_copy(update={"groups": groups(TSM)}), model)
    assert rates(model, optimizer).keys() == EXPECTED.keys() - {
        "backbone.0.weight",
        "backbone.0.bias",
    }


@pytest.mark.parametrize("pattern", ["heads.*", "@biases", "backbone.0.*"])
def test_a_pattern_that_matches_nothing_that_learns_is_an_error(pattern):
    model = Network()
    model.backbone[0].requires_grad_(requires_grad=False)
    config = SGD.model_copy(update={"groups": groups([{"match": ["head.*", pattern]}])})
    with pytest.raises(TrainingError, match=r"optimizer\.groups.*backbone\.1"):
        build_optimizer(config, model)


def test_the_factors_outlive_a_checkpoint():
    config = SGD.model_copy(update={"groups": groups(TSM)})
    first, second = build_optimizer(config, Network()), build_optimizer(config, Network())
    set_learning_rate(first, 7.0)
    second.load_state_dict(first.state_dict())
    set_learning_rate(second, 0.1)
    assert [group["lr"] for group in second.param_groups] == pytest.approx(
        [0.5, 1.0, 0.1, 0.2, 0.1]
    )
