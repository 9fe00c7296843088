"""The target of a distribution over cells: where in a coarse grid gaze was, step by step."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from pipeline.gaze.target import Compat, GazeTarget, step_of_frame, step_weights


def gaze_cells(
    points: Float[Tensor, "B T 2"],
    valid: Bool[Tensor, "B T"],
    map_shape: tuple[int, int, int],
    compat: Compat,
) -> GazeTarget:
    """The share of gaze in each cell, of each time step that has gaze: shares sum to one.

    Time step s of T' covers the frames t with floor(t T' / T) = s. ``released`` looks at a step's
    first frame alone (frames 0, 8 and 16 of IGA's 24), so a cell has all of it or none; a step
    whose first frame is not valid has no target. ``paper`` looks at all valid frames of the step.
    The paper asks for one distribution of gaze a step and its authors' code normalises whatever
    points there are, so both are its rule; seven more frames leave fewer steps without gaze.

    A point lies in column floor(x w) and row floor(y h), as the maximum over blocks of pixels has
    it in the authors' code; x = 1 is in the last column.

    Args:
        points: gaze in shares of the crop, after flip; NaN or beyond [0, 1] counts as not valid.
        valid: frames whose gaze may supervise.
        map_shape: T', h and w of the grid.
        compat: whose rule.
    """
    num_steps, height, width = map_shape
    usable = valid & ((points >= 0) & (points <= 1)).all(dim=-1)  # (B, T)
    if compat == "released":
        usable = usable & _is_first(points.shape[1], num_steps, points.device)
    weights = step_weights(usable, num_steps)  # (B, T', T)
    points = torch.where(usable[..., None], points, 0)
    columns = (points[..., 0] * width).long().clamp(max=width - 1)  # (B, T)
    rows = (points[..., 1] * height).long().clamp(max=height - 1)
    one_hot = F.one_hot(rows * width + columns, height * width).to(weights)  # (B, T, h * w)
    shares = torch.einsum("bst,btm->bsm", weights, one_hot)
    return GazeTarget(shares.unflatten(-1, (height, width)), weights.sum(dim=-1) > 0)


def _is_first(num_frames: int, num_steps: int, device: torch.device) -> Bool[Tensor, " T"]:
    """Which frames are the first of their time step."""
    steps = step_of_frame(num_frames, num_steps, device)
    return torch.cat([steps[:1] == 0, steps[1:] != steps[:-1]])
