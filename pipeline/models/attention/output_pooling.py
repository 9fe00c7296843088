"""LSTA's output pooling: what of the memory its output gate looks at."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.initialise import Fill
from pipeline.models.sites import Compat


class OutputPooling(nn.Module):
    """The filtered memory ν_c ⊙ c (Sudhakaran et al., CVPR 2019, section 4.2, equation 9).

    The pooling ς without its reduction over channels: b = W_o ε(s ⊙ x), with ε the spatial mean,
    c* = argmax(W_c ε(c) + b), and ν_c = w_c* + b_c* · 1, one weight for each channel. The bias b
    is what the paper calls coupling, or bias control.

    The paper's ς(c, w_c + w_o ε(s ⊙ x)) does not say how a C-vector is added to a K x C matrix,
    nor does its "w_o of shape C x C" take a K-vector: we read b as the bias of each category's
    mapping, W_o ∈ R^{C x K}, added to its map as to its score. Equation 12 without its reduction
    would already be w_c* ⊙ c, and equation 10 would weigh c by it once more; the memory is weighed
    once, as in the authors' code.

    Differs from the authors' code: there b only takes part in the choice, ν_c = w_c*, so that W_o
    never learns and stays a random projection; `compat: released` does that.

    channels: of the attended input; memory: channels of the memory.
    pool_size: number of categories C.
    """

    def __init__(
        self, *, channels: int, memory: int, pool_size: int, coupling: bool, compat: Compat
    ) -> None:
        super().__init__()
        self.c_classifier = nn.Linear(memory, pool_size, bias=False)
        self.coupling_fc = nn.Linear(channels, pool_size, bias=False) if coupling else None
        self.is_bias_in_map = compat == "paper"

    def start(self, fill: Fill) -> None:
        """Fill by the deviation of torch's own start values, which the authors have here."""
        for linear in self.children():
            weight = linear.get_parameter("weight")
            fill(weight, (3 * weight.shape[1]) ** -0.5)

    def forward(
        self, memory: Float[Tensor, "B K H W"], attended: Float[Tensor, "B C H W"]
    ) -> Float[Tensor, "B K H W"]:
        """Return the memory times the chosen weights; in autocast in full precision."""
        with torch.autocast(memory.device.type, enabled=False):
            scores = self.c_classifier(memory.mean(dim=(2, 3)))  # (B, pool size)
            if self.coupling_fc is None:
                weights = self.c_classifier.weight[scores.argmax(dim=1)]  # (B, K)
            else:
                bias = self.coupling_fc(attended.to(memory.dtype).mean(dim=(2, 3)))
                category = (scores + bias).argmax(dim=1, keepdim=True)  # (B, 1)
                weights = self.c_classifier.weight[category.squeeze(1)]  # (B, K)
                if self.is_bias_in_map:
                    weights = weights + bias.gather(1, category)
            return weights[:, :, None, None] * memory
