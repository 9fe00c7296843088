"""IGA: one cell of each time step is drawn from an estimate of gaze, and all of them together gate
the features.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.attention.gaze_head import GazeHead
from pipeline.models.branches import Branches
from pipeline.models.draws import Draws
from pipeline.models.errors import ModelError
from pipeline.models.sites import Compat

NOISE = "iga.gumbel"
"""What the module's random numbers are called."""

RELEASED_SEED = 1
"""Of the noise that `released` adds in evaluation; the authors' main.py seeds its run with it."""


@dataclass(frozen=True, kw_only=True)
class IgaAttended(Attended):
    """What the losses need beside: the module's latent variables, and what it gated."""

    gaze_logits: Float32[Tensor, "B T H W"]
    """π: the estimate of gaze over the cells of each time step, before softmax."""

    perturbed_logits: Float32[Tensor, "B T H W"]
    """π plus the noise, if there was any; the largest of a time step was chosen."""

    cells: Int64[Tensor, "B T"]
    """Where z is one: the chosen cell of each time step, counted row by row."""

    before: Float[Tensor, "B C T H W"]
    """h: the features that came in."""


class Iga(Attention):
    """Gaze-integrated attention (Min and Corso, WACV 2021; MichiganCOG/Gaze-Attention, model.py).

    With h the features at the place, x those where the gaze branch starts, N time steps of M cells:

        π = gaze(x),  z_n = onehot(argmax(π_n + γ)),  γ = -log(-log u),  u uniform in (0, 1)
        w = sigmoid(W z + b),  W of NM x NM,  features = h ⊙ w + h

    so that z_n is drawn from softmax(π_n). A classifier that averages the features sees the
    authors' avgpool(h ⊙ w) + avgpool(h). z passes no gradient: W and h learn from the loss of the
    class, π from `gaze_kl` and `direct_optimisation`. The map is softmax(π) of each time step.

    In evaluation `paper` takes γ = 0. `released` adds noise there too, as the authors' code does;
    without draws it is one tensor of a fixed seed, the same for every clip, so that a score depends
    on nothing but its clip.

    Differs from the authors' code: any grid, and no 1e-10 within the logarithms, since u is never
    0 or 1.

    tap, tap_channels: the place where the gaze branch starts.
    blocks: widths of its inception blocks, by name; the last one's are the place's own.
    grid: N, and rows and columns of the M cells. W is made for it, and fits no other.
    compat: whose evaluation.
    """

    def __init__(
        self,
        *,
        tap: str,
        tap_channels: int,
        blocks: Mapping[str, Branches],
        grid: tuple[int, int, int],
        compat: Compat,
    ) -> None:
        super().__init__()
        self.taps = (tap,)
        self.grid = grid
        self.compat = compat
        time, height, width = grid
        self.gaze = GazeHead(tap_channels, blocks)
        self.fc = nn.Linear(time * height * width, time * height * width)

    def forward(self, x: Float[Tensor, "B C T H W"], context: Context) -> IgaAttended:
        """Gate the features, and keep them: no cell is multiplied by less than one."""
        self._check_grid(x)
        logits = self.gaze(context.attended[self.taps[0]].features)  # (B, T, H, W)
        perturbed = logits + self._noise(logits, context.draws)
        cells = perturbed.detach().flatten(2).argmax(dim=-1)  # (B, T)
        gate = self._gate(self._one_hot(cells))  # (B, T, H, W)
        return IgaAttended(
            features=x * gate[:, None].to(x.dtype) + x,
            map=logits.flatten(2).softmax(dim=-1).view_as(logits),
            gaze_logits=logits,
            perturbed_logits=perturbed,
            cells=cells,
            before=x,
        )

    def perturbed_gates(
        self, cells: Int64[Tensor, "B T"]
    ) -> Float32[Tensor, "B steps cells T H W"]:
        """Return w for every choice of one time step's cell, the other steps being as chosen."""
        chosen = self._one_hot(cells)  # (B, T, M)
        num_steps, num_cells = chosen.shape[1:]
        every = chosen[:, None, None].repeat(1, num_steps, num_cells, 1, 1)  # (B, T, M, T, M)
        alternatives = torch.eye(num_cells, dtype=chosen.dtype, device=chosen.device)
        for step in range(num_steps):
            every[:, step, :, step] = alternatives
        return self._gate(every)

    def _one_hot(self, cells: Int64[Tensor, "B T"]) -> Float[Tensor, "B T M"]:
        """z, its cells in one row."""
        _, height, width = self.grid
        return F.one_hot(cells, height * width).to(self.fc.weight.dtype)

    def _gate(self, latents: Float[Tensor, "... T M"]) -> Float32[Tensor, "... T H W"]:
        """Return w = sigmoid(W z + b), in float32 also under autocast."""
        with torch.autocast(latents.device.type, enabled=False):
            response: Tensor = self.fc(latents.flatten(-2))  # (..., T * M)
        return response.float().sigmoid().unflatten(-1, self.grid)

    def _noise(
        self, logits: Float32[Tensor, "B T H W"], draws: Draws | None
    ) -> Float32[Tensor, "#B T H W"]:
        """Gumbel noise γ; none in `paper`'s evaluation."""
        if draws is not None:
            uniform = draws.uniform(NOISE, self.grid).to(logits)
        elif self.compat == "released":
            generator = torch.Generator().manual_seed(RELEASED_SEED)
            uniform = torch.rand(1, *self.grid, generator=generator).clamp(min=1e-10).to(logits)
        else:
            return torch.zeros_like(logits)
        return -(-uniform.log()).log()

    def _check_grid(self, x: Float[Tensor, "B C T H W"]) -> None:
        found = tuple(x.shape[2:])
        if found != self.grid:
            raise ModelError(
                f"iga: found features of {_times(found)} cells (time, height, width), expected "
                f"{_times(self.grid)}, for which its weights are made; set the recipe's "
                f"iga grid to {list(found)}, or use as many frames and as large a crop as in "
                f"training"
            )


def _times(grid: tuple[int, ...]) -> str:
    return " x ".join(map(str, grid))
