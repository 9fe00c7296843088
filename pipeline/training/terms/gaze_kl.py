"""IGA's supervision of its gaze distribution by gaze."""

from torch.nn import functional as F

from pipeline.gaze.cells import gaze_cells
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import GazeKlTerm
from pipeline.training.terms.iga_latents import iga_latents


def gaze_kl(look: Look, config: GazeKlTerm) -> PartialMean:  # noqa: ARG001
    """Divergence of IGA's softmax(π) from where gaze was, over time steps with gaze.

    KL(target ‖ softmax(π)), as the authors' code has it. Their paper's KL(q ‖ p) is the other way
    round, and infinite for a target that is zero anywhere. Where all gaze of a step lies in one
    cell it is -log softmax(π) there. Steps without gaze stay out, and a batch without any gives
    zero; the count tells how many steps were in. `gaze_cells` says which frames are looked at.

    Raises:
        TrainingError: the network has no attention iga.
    """
    _, attended = iga_latents(look.seen, "gaze_kl")
    logits = attended.gaze_logits  # (B, T', h, w)
    _, time, height, width = logits.shape
    batch = look.batch
    target = gaze_cells(batch.gaze, batch.gaze_valid, (time, height, width), look.compat)
    estimate = logits.flatten(2).log_softmax(dim=-1)  # (B, T', h * w)
    total = F.kl_div(estimate, target.map.flatten(2), reduction="sum")  # no target adds zero
    return PartialMean(total, target.valid.sum().float())
