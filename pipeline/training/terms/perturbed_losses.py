"""What a clip's loss would have been, had IGA looked elsewhere in one of its time steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.clips.row import NO_CLASS
from pipeline.models.attention.iga import Iga, IgaAttended
from pipeline.models.heads.clip import ClipHead
from pipeline.models.recognizer import Recognizer
from pipeline.models.resume import resume
from pipeline.models.sites import module_name
from pipeline.models.two_stream.feature_sum import FeatureSum
from pipeline.training.look import Look


@torch.no_grad()
def perturbed_losses(look: Look, place: str, attended: IgaAttended) -> Float32[Tensor, "B T M"]:
    """Return each clip's cross entropy for every cell of every time step, the others as drawn.

    Without gradient, dropout and batch statistics, so a clip's losses are its own. All are
    computed in one batch: 147 a clip at the published size. A clip without a class has zeros.
    """
    network = cast("Recognizer | FeatureSum", look.model)
    iga = cast("Iga", network.attention[module_name(place)])
    gates = iga.perturbed_gates(attended.cells)  # (B, T, M, T, h, w)
    batch, num_steps, num_cells = gates.shape[:3]
    with evaluating(look.model), torch.autocast(gates.device.type, enabled=False):
        logits = _classify(look, place, attended, gates.flatten(1, 2))  # (B * T * M, K)
    labels = look.labels.repeat_interleave(num_steps * num_cells)
    losses = F.cross_entropy(logits.float(), labels, ignore_index=NO_CLASS, reduction="none")
    return losses.unflatten(0, (batch, num_steps, num_cells))


def _classify(
    look: Look, place: str, attended: IgaAttended, gates: Float32[Tensor, "B P T H W"]
) -> Float[Tensor, "N K"]:
    """Class scores for each of the gates, N = B * P."""
    network = cast("Recognizer | FeatureSum", look.model)
    features = attended.before.float()  # (B, C, T, h, w)
    is_last = look.seen.last is attended.features
    if is_last and isinstance(network.head, ClipHead):
        # The head sees means alone, and those of h ⊙ w for all w are one product of matrices.
        num_cells = gates[0, 0].numel()
        gated = torch.einsum("bcthw,bpthw->bpc", features, gates) / num_cells
        means = (gated + features.mean(dim=(2, 3, 4))[:, None]).flatten(0, 1)  # (B * P, C)
        return network.head(means[:, :, None, None, None], None).logits
    volumes = features[:, None] * (1 + gates[:, :, None])  # (B, P, C, T, h, w)
    last = volumes.flatten(0, 1)
    if not is_last:
        last = resume(cast("Recognizer", network).backbone, place, last)
    return network.head(last, None).logits


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a network to evaluation mode, and each of its modules back to its own."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, is_training in modes.items():
            module.training = is_training
