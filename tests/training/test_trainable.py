import pytest
import torch
from torch import nn

from pipeline.training.errors import TrainingError
from pipeline.training.trainable import set_trainable, set_training_mode


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv3d(2, 3, 1), nn.BatchNorm3d(3), nn.Conv3d(3, 3, 1), nn.BatchNorm3d(3)
        )
        self.head = nn.Sequential(nn.Conv3d(3, 4, 1), nn.BatchNorm3d(4))

    def forward(self, x):
        return self.head(self.backbone(x))


def moving(model):
    """Which batch norms' statistics a forward pass moves."""
    model(torch.randn(2, 2, 3, 4, 5))
    return {
        name.removesuffix(".running_mean")
        for name, value in model.named_buffers()
        if "mean" in name and value.any()
    }


def learning(model):
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def test_only_matching_names_learn():
    model = Network()
    set_trainable(model, ["head.*"], "train")
    assert learning(model) == {"head.0.weight", "head.0.bias", "head.1.weight", "head.1.bias"}


def test_kinds_of_parameters_have_names_too():
    model = Network()
    set_trainable(model, ["@norm", "head.0.bias"], "train")
    assert learning(model) == {
        *("backbone.1.weight", "backbone.1.bias", "backbone.3.weight", "backbone.3.bias"),
        *("head.0.bias", "head.1.weight", "head.1.bias"),
    }


def test_a_pattern_that_matches_nothing_is_an_error_that_names_the_parts():
    with pytest.raises(TrainingError, match=r"heads.*backbone\.0"):
        set_trainable(Network(), ["*", "heads.*"], "train")


def test_frozen_statistics_do_not_move():
    model = Network()
    set_training_mode(model, "frozen")
    assert moving(model) == set()


def test_a_layer_that_does_not_learn_keeps_its_statistics_too():
    model = Network()
    set_trainable(model, ["head.*"], "train")
    set_training_mode(model, "train")
    assert moving(model) == {"head.1"}


def test_partial_batch_norm_leaves_the_backbones_first_layer_and_what_is_not_the_backbones():
    model = Network()
    set_trainable(model, ["*"], "partial")
    set_training_mode(model, "partial")
    assert moving(model) == {"backbone.1", "head.1"}
    frozen = {name for name, _ in model.named_parameters()} - learning(model)
    assert frozen == {"backbone.3.weight", "backbone.3.bias"}
