"""Training targets: what STAM's attention map is asked to be, from gaze after crop and flip.

Apart from `maps`, since it alone needs torch.
"""

from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from pipeline.gaze.maps import CELL_CENTRE, equation_2

Compat = Literal["paper", "released"]

RELEASED_SIGMA_CELLS = 3.0
"""ymlml/STAM, z_my_train_i3d_1_attention_gaze.py, for its 7 x 7 map."""


class GazeTarget(NamedTuple):
    """A target map, and which of its time steps have one."""

    map: Float[Tensor, "B T h w"]
    """In [0, 1]; 0 in a step without gaze, which `valid` tells from a true 0."""
    valid: Bool[Tensor, "B T"]
    """Steps with gaze. The others stay out of equation 3's mean."""


def stam_sigma_cells(map_height: int, compat: Compat) -> float:
    """Return equation 2's sigma: H/2 in the paper, 3 in the authors' code."""
    return RELEASED_SIGMA_CELLS if compat == "released" else map_height / 2


def gaze_target(
    points: Float[Tensor, "B T 2"],
    valid: Bool[Tensor, "B T"],
    map_shape: tuple[int, int, int],
    *,
    sigma_cells: float,
    compat: Compat,
) -> GazeTarget:
    """The target map of clips (STAM, section 3.1, equation 2, at the map's own resolution).

    Time step s of T' covers the frames t with floor(t T' / T) = s. ``paper``: a cell is the mean
    of equation 2 over the valid frames of its step, its value taken at the cell's centre.
    ``released``: a cell is equation 2 once, at the mean gaze of the step's valid frames, its value
    taken at the cell's top-left corner.

    Differs from the authors' code also under ``released``: gaze that is untracked or outside of
    the crop is left out, where theirs averages blinks in and moves negative coordinates to 0.

    Args:
        points: gaze in shares of the crop, after flip; NaN or beyond [0, 1] counts as not valid.
        valid: frames whose gaze may supervise.
        map_shape: T', h and w of the map to be compared.
        sigma_cells: the bump's width in map cells, see `stam_sigma_cells`.
        compat: whose rule.
    """
    # In bfloat16 the target would keep 8 bits.
    with torch.autocast(points.device.type, enabled=False):
        return _make_target(points.float(), valid, map_shape, sigma_cells, compat)


def _make_target(
    points: Float[Tensor, "B T 2"],
    valid: Bool[Tensor, "B T"],
    map_shape: tuple[int, int, int],
    sigma_cells: float,
    compat: Compat,
) -> GazeTarget:
    num_steps, height, width = map_shape
    usable = valid & ((points >= 0) & (points <= 1)).all(dim=-1)  # (B, T)
    points = torch.where(usable[..., None], points, 0)
    weights = step_weights(usable, num_steps)  # (B, T', T)
    offset = CELL_CENTRE if compat == "paper" else 0.0
    columns = torch.arange(width, device=points.device) + offset
    rows = torch.arange(height, device=points.device) + offset
    if compat == "paper":
        bumps = equation_2(points, columns, rows, sigma_cells, torch.exp)  # (B, T, h, w)
        target = torch.einsum("bst,bthw->bshw", weights, bumps)
    else:
        means = torch.einsum("bst,btc->bsc", weights, points)  # (B, T', 2)
        target = equation_2(means, columns, rows, sigma_cells, torch.exp)
    has_gaze = weights.sum(dim=-1) > 0  # (B, T')
    return GazeTarget(torch.where(has_gaze[..., None, None], target, 0), has_gaze)


def step_weights(usable: Bool[Tensor, "B T"], num_steps: int) -> Float[Tensor, "B S T"]:
    """Return each frame's share in the mean of its time step; a step's shares sum to 1 or 0."""
    steps = torch.arange(num_steps, device=usable.device)
    frames = step_of_frame(usable.shape[1], num_steps, usable.device)  # (T,)
    member = (steps[:, None] == frames) & usable[:, None, :]  # (B, T', T)
    return member / member.sum(dim=-1, keepdim=True).clamp(min=1)


def step_of_frame(num_frames: int, num_steps: int, device: torch.device) -> Int64[Tensor, " T"]:
    """Return the time step that each frame belongs to, floor(t T' / T)."""
    return torch.arange(num_frames, device=device) * num_steps // num_frames
