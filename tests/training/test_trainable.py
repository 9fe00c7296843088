import pytest
import torch
from torch import nn

from pipeline.training.errors import TrainingError
from pipeline.training.trainable import set_trainable, set_training_mode


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv3d(2, 3, 1), nn.BatchNorm3d(3))
        self.head = nn.Sequential(nn.Conv3d(3, 4, 1), nn.BatchNorm3d(4))

    def forward(self, x):
        return self.head(self.backbone(x))


def statistics(model):
    model(torch.randn(2, 2, 3, 4, 5))
    return {name: bool(value.any()) for name, value in model.named_buffers() if "mean" in name}


def test_only_matching_names_learn():
    model = Network()
    set_trainable(model, ["head.*"])
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning == {"head.0.weight", "head.0.bias", "head.1.weight", "head.1.bias"}


def test_a_pattern_that_matches_nothing_is_an_error_that_names_the_parts():
    with pytest.raises(TrainingError, match=r"heads.*backbone\.0"):
        set_trainable(Network(), ["*", "heads.*"])


def test_frozen_statistics_do_not_move():
    model = Network()
    set_training_mode(model, "frozen")
    assert statistics(model) == {"backbone.1.running_mean": False, "head.1.running_mean": False}


def test_a_layer_that_does_not_learn_keeps_its_statistics_too():
    model = Network()
    set_trainable(model, ["head.*"])
    set_training_mode(model, "train")
    assert statistics(model) == {"backbone.1.running_mean": False, "head.1.running_mean": True}
