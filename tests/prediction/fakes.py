"""Networks that take no time: scores are the mean colour's, maps the picture's own green."""

from types import SimpleNamespace

import torch
from made_configs import FLOW
from prediction.made_run import NAMES
from torch import nn

from pipeline.prediction.networks import Networks
from pipeline.prediction.params import Calibration, GazeReading, NetworkPlan, PredictionConfig


class MeanColour(nn.Module):
    """Scores of as many classes as there are names; windows without learning."""

    normalisations = ("minus_one_one",)

    def __init__(self, *, has_maps=True):
        super().__init__()
        self.has_maps = has_maps

    def forward(self, video):
        means = video.mean((2, 3, 4))  # (B, 3)
        logits = torch.cat([means, -means], dim=1) * 4
        attended = {"place": SimpleNamespace(map=video[:, 1] + 1)} if self.has_maps else {}
        return SimpleNamespace(logits=logits, features=means, attended=attended)


def fake_networks(*, size=32, crop=28, has_maps=True, length_seconds=1.0) -> Networks:
    """Return RGB alone, by a network that takes no time."""
    score = {
        "protocol": {"clips": {"name": "uniform", "frames": 4, "endpoint": True}, "crop": crop},
        "batch_windows": 4,
    }
    config = PredictionConfig(
        frames_size=size,
        frames_quality=95,
        flow=FLOW,
        networks={"rgb": NetworkPlan(file="rgb/model.pt", sha256="0" * 64, score=score)},
        fusion=None,
        calibration=Calibration(),
        classes=NAMES,
        length_seconds=length_seconds,
        gaze=GazeReading(frame_base=0, valid_kinds=("fixation",), fill_frames=0),
    )
    network = MeanColour(has_maps=has_maps)
    return Networks(config, {"rgb": network}, None, torch.device("cpu"))
