"""Small IGA modules and networks for tests, and random numbers that belong to their clips."""

import torch

from pipeline.models.attention.gaze_head import branch_to
from pipeline.models.attention.iga import Iga
from pipeline.models.backbones.i3d import InceptionI3d
from pipeline.models.branches import Branches
from pipeline.models.draws import Draws
from pipeline.models.heads.clip import ClipHead
from pipeline.models.initialise import initialise
from pipeline.models.recognizer import Recognizer

BLOCKS = {"Mixed_5b": Branches(3, 2, 4, 2, 1, 2), "Mixed_5c": Branches(2, 3, 3, 1, 2, 4)}
"""10 channels, then 11."""

TAP, TAP_CHANNELS, CHANNELS, GRID = "MaxPool3d_5a_2x2", 7, 11, (2, 3, 4)
VIDEO = (3, 9, 40, 33)
"""Two time steps of 2 x 2 cells after `Mixed_5c`; three of 3 x 3 after `Mixed_4f`."""


class ClipNoise(Draws):
    """One seed for each clip; `dropped` features are dropped without any factor."""

    def __init__(self, seeds, dropped=()):
        self.seeds = seeds
        self.dropped = list(dropped)

    def keep(self, size):
        mask = torch.ones(len(self.seeds), size)
        mask[:, self.dropped] = 0
        return mask if self.dropped else None

    def uniform(self, name, shape):
        generators = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        rows = [torch.rand(shape, generator=generator) for generator in generators]
        return torch.stack(rows).clamp(1e-7, 1 - 1e-7)


def make_iga(compat="paper"):
    """Return a module on its own, with start values."""
    module = Iga(tap=TAP, tap_channels=TAP_CHANNELS, blocks=BLOCKS, grid=GRID, compat=compat)
    initialise(module, seed=3)
    return module


def make_network(place="Mixed_5c", grid=(2, 2, 2), num_classes=3, head=ClipHead):
    """Return a narrow I3D with IGA at a place."""
    backbone = InceptionI3d(3, 0.05)
    tap, blocks = branch_to(backbone.places[place], backbone.places)
    iga = Iga(tap=tap.name, tap_channels=tap.channels, blocks=blocks, grid=grid, compat="paper")
    classifier = head(backbone.channels, num_classes)
    network = Recognizer(backbone, {place: iga}, classifier, stack=1, normalisation="minus_one_one")
    initialise(network, seed=1)
    return network
