"""IGA's gradient through a discrete choice: the loss of the class teaches where to look."""

import math

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from pipeline.clips.row import NO_CLASS
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import DirectOptimisationTerm
from pipeline.training.terms.iga_latents import iga_latents
from pipeline.training.terms.perturbed_losses import perturbed_losses


def direct_optimisation(look: Look, config: DirectOptimisationTerm) -> PartialMean:
    """Surrogate whose gradient is that of the expected loss with respect to IGA's π, over clips.

    Min and Corso, WACV 2021, after Lorberbom et al., Direct Optimization through arg max, NeurIPS
    2019. With γ Gumbel noise, z_n = argmax(π_n + γ_n) is drawn from softmax(π_n). Let L_n(k) be
    the clip's loss were z_n = k and the other steps as drawn: as they are independent of γ_n, it
    is enough to look at one step. Moving the scores by -ε L_n draws from another softmax,

        k_n = argmax(π_n + γ_n - ε L_n),    E[onehot(k_n)] = softmax(π_n - ε L_n),

    so that the mean over γ_n of (onehot(z_n) - onehot(k_n)) / ε is

        (softmax(π_n) - softmax(π_n - ε L_n)) / ε  →  softmax(π_n) ⊙ (L_n - E[L_n])  as ε → 0,

    the derivative of E[L_n(z_n)] = Σ_k softmax(π_n)_k L_n(k). The surrogate is the sum over cells
    of that difference, held fixed, times π + γ: its gradient is unbiased in the limit, with a bias
    of order ε and a variance of order 1 / ε. Its value is not the loss: a clip's lies between 0
    and what better cells would save, each step on its own. (All L_n(k) are known here, so the
    limit itself could be taken, without γ_n or ε; the paper's estimator is kept.)

    No gradient of it reaches the gated features, W or the classifier.

    Differs from the authors' code: exact for any batch, where theirs pairs features of one clip
    with the looks of another as soon as there are two.

    Raises:
        TrainingError: the network has no attention iga.
    """
    place, attended = iga_latents(look.seen, "direct_optimisation")
    epsilon = anneal(
        look.iteration,
        start=config.epsilon_start,
        rate=config.epsilon_rate,
        every=config.epsilon_every,
        floor=config.epsilon_floor,
    )
    scores = attended.perturbed_logits.flatten(2)  # (B, T', M)
    direction = direct_gradient(scores.detach(), perturbed_losses(look, place, attended), epsilon)
    num_clips = (look.labels != NO_CLASS).sum().float()
    return PartialMean((direction * scores).sum(), num_clips)


def direct_gradient(
    scores: Float[Tensor, "B T M"], losses: Float[Tensor, "B T M"], epsilon: float
) -> Float[Tensor, "B T M"]:
    """Estimate the gradient of the expected loss with respect to `scores` less their noise.

    scores: π + γ of every cell of every time step.
    losses: the clip's loss, were this the step's cell.
    """
    drawn, better = scores.argmax(dim=-1), (scores - epsilon * losses).argmax(dim=-1)  # (B, T)
    num_cells = scores.shape[-1]
    return (F.one_hot(drawn, num_cells) - F.one_hot(better, num_cells)) / epsilon


def anneal(iteration: int, *, start: float, rate: float, every: int, floor: float) -> float:
    """Return epsilon: exponential decay in steps of `every` iterations, down to `floor`."""
    return max(floor, start * math.exp(-rate * (iteration - iteration % every)))
