"""Small backbones with start values, and what their places see, for the tests of each."""

import torch

from pipeline.models.initialise import initialise


def started(construct, *, in_channels=3, width=0.125, seed=0):
    """Build a backbone as `build_recognizer` does."""
    with torch.device("meta"):
        backbone = construct(in_channels, width)
    backbone.to_empty(device="cpu")
    initialise(backbone, seed)
    return backbone


def published(construct, in_channels=3):
    """Build a backbone of full width without memory: names and shapes."""
    with torch.device("meta"):
        return construct(in_channels, 1.0)


def num_parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


def shapes(module):
    return {name: list(tensor.shape) for name, tensor in module.state_dict().items()}


def untouched(_place, x):
    """Attend to nothing."""
    return x


class Record:
    """Attends to nothing, and remembers what it was shown."""

    def __init__(self) -> None:
        self.seen = {}

    def __call__(self, place, x):
        assert place not in self.seen
        self.seen[place] = x
        return x


def features_in_evaluation(backbone, video):
    with torch.no_grad():
        return backbone.eval()(video, untouched)


def without_gradient(backbone, video):
    """Names of the parameters that a loss on the last features does not reach."""
    backbone(video, untouched).square().mean().backward()
    return [
        name
        for name, parameter in backbone.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]
