"""RGB weights for other inputs: how a stream of flow starts from a network of pictures."""

from jaxtyping import Float
from torch import Tensor


def mean_first_convolution(
    weight: Float[Tensor, "D C *kernel"], in_channels: int
) -> Float[Tensor, "D E *kernel"]:
    """Return a first convolution for `in_channels` (E) images: the mean over RGB for each.

    Cross-modality initialisation (Wang et al., ECCV 2016, section 3.2). As published, the sum over
    channels grows with their number; batch norm, which follows, takes it out.
    """
    repeats = [1] * weight.ndim
    repeats[1] = in_channels
    return weight.mean(dim=1, keepdim=True).repeat(repeats)
