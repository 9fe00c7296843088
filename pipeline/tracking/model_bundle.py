"""What a registered model is made of, and what may be asked of it; the same when it is loaded."""

import os
from collections.abc import Mapping
from pathlib import Path

import torch

from pipeline.prediction.bundle import read_bundle
from pipeline.prediction.networks import Networks, load_networks
from pipeline.prediction.watch import Pace, choose_pace

BUNDLE = "bundle"
"""The artifact: a folder of networks and settings."""
USUAL = 0.0
"""A length or stride that is left to the settings, or a rate that takes all frames."""
PARAMS: Mapping[str, float | bool] = {
    "length_seconds": USUAL,
    "stride_seconds": USUAL,
    "rate": USUAL,
    "scores": False,
}
"""What a caller may change, with what holds without: see `python -m stages.predict --help`.
``scores`` gives raw scores in place of confidences."""


def open_networks(folder: Path) -> Networks:
    """Build a bundle's networks on the best device: ``FIXATE_DEVICE``, else a GPU, else the CPU."""
    best = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(os.environ.get("FIXATE_DEVICE") or best)
    return load_networks(read_bundle(folder), device, len(os.sched_getaffinity(0)))


def pace_of(networks: Networks, wishes: Mapping[str, object]) -> Pace:
    """Return how videos are cut, by what a caller has given."""
    length, stride, rate = (
        float(str(wishes.get(name) or USUAL)) or None
        for name in ("length_seconds", "stride_seconds", "rate")
    )
    return choose_pace(networks.config, length, stride, rate)
