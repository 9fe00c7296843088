"""STAM's supervision of attention by gaze."""

import torch

from pipeline.gaze.target import gaze_target, stam_sigma_cells
from pipeline.training.errors import TrainingError
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import GazeMseTerm


def gaze_mse(look: Look, config: GazeMseTerm) -> PartialMean:  # noqa: ARG001
    """Squared difference between attention map and gaze target, over cells (STAM, equation 3).

    Differs from the paper, which does not say what becomes of frames without gaze: cells of time
    steps without a valid frame stay out of the mean, and a batch without any gives zero.

    Raises:
        TrainingError: the network has no attention map.
    """
    batch, compat = look.batch, look.compat
    maps = [attended.map for attended in look.seen.attended.values() if attended.map is not None]
    if not maps:
        raise TrainingError(
            "losses: gaze_mse compares an attention map with gaze, but this network has none; "
            "take the term out, or choose an attention with a map"
        )
    total = torch.zeros((), device=batch.gaze.device)
    count = torch.zeros((), device=batch.gaze.device)
    for attention in maps:
        time, height, width = attention.shape[1:]
        target = gaze_target(
            batch.gaze,
            batch.gaze_valid,
            (time, height, width),
            sigma_cells=stam_sigma_cells(height, compat),
            compat=compat,
        )
        squares = (attention.float() - target.map) ** 2  # (B, T', h, w)
        total = total + (squares * target.valid[:, :, None, None]).sum()
        count = count + target.valid.sum() * height * width
    return PartialMean(total, count)
