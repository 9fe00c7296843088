"""W3: what, where and when to look, by one mask over channels and one over space, both in time."""

from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.attention.descriptors import gate_channels
from pipeline.models.attention.w3_channel import ChannelTemporalMask, ChannelTime
from pipeline.models.attention.w3_spatial import SpatioTemporalMask


class W3(Attention):
    """What-where-when attention (Perez-Rua et al., 2020, equations 1 to 6) at one place.

    F^c = M^c * F, then F' = M^s * F^c; the map is M^s. The paper's place is every residual block;
    as in CBAM, on whose modules it builds, that is the branch before the addition.

    Table 5 takes parts away: `spatial=False` ("w/o SA") leaves M^s out, and there is no map;
    `temporal=False` ("w/o TA") keeps each frame's own masks, M^c-frm and M^s-frm;
    `channel=False` leaves M^c out. "w/o AFR" is `W3Refinement` left out, "w/o MFR" a term of the
    loss.

    reduction: r, by which the hidden layer has fewer units than there are channels; not stated.
    channel_time: see `ChannelTime`. The paper calls the relationships over time "per-channel", and
        lets W3 cost 0.6 G multiply-adds more than CBAM (table 6, 16 frames in ResNet-50). Depthwise
        with r = 2 costs 0.58 G more; with r = 16 depthwise 0.01, bottleneck 0.49, full 1.94.

    No code was published. Where the paper leaves something open, see the two masks.
    """

    def __init__(
        self,
        *,
        channels: int,
        reduction: int,
        channel_time: ChannelTime,
        channel: bool,
        spatial: bool,
        temporal: bool,
    ) -> None:
        super().__init__()
        self.channel = (
            ChannelTemporalMask(
                channels=channels,
                reduction=reduction,
                channel_time=channel_time,
                temporal=temporal,
            )
            if channel
            else None
        )
        self.spatial = SpatioTemporalMask(temporal=temporal) if spatial else None

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The features times both masks."""
        if self.channel is not None:
            x = gate_channels(x, self.channel(x))
        if self.spatial is None:
            return Attended(x, map=None)
        mask = self.spatial(x)  # (B, T, H, W)
        return Attended(x * mask.unsqueeze(1).to(x.dtype), mask)
