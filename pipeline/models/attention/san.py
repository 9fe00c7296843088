"""SAN: STAM without time, attention within every frame."""

from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.stam import Stam
from pipeline.models.folding import fold_time
from pipeline.models.sites import Compat, Place


class San(Stam):
    """Spatial attention (Lu et al., TIP 2019), as STAM's authors compare with it (ICCVW 2019).

    They put it into a two-dimensional Inception-V1 and say no more, so it is read as STAM with each
    frame a clip of its own: kernels of one frame, and f scales over the frame's space.

    Differs from the authors' code: none was published. `compat: released` does what STAM's does.
    """

    def __init__(self, place: Place, compat: Compat) -> None:
        super().__init__(place, compat, time_kernel=1)

    def gate(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B T H W"]:
        """Return the map A of every frame, float32."""
        frames = fold_time(x).unsqueeze(2)  # (B * T, C, 1, H, W)
        return super().gate(frames).unflatten(0, (-1, x.shape[2])).squeeze(2)  # (B, T, H, W)
