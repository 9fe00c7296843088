"""The options of W3, whose switches make the ablations of its paper."""

from typing import Literal

from pydantic import PositiveInt, model_validator

from pipeline.models.attention_params.section import AttentionParams
from pipeline.models.sites import Modules, Sites


class W3Params(AttentionParams):
    """W3: what, where and when (Perez-Rua et al., 2020); the switches make its Table 5."""

    name: Literal["w3"] = "w3"
    """Which method."""
    reduction: PositiveInt = 2
    """r of equation 3, not stated. With 2, and nothing of other channels in the convolutions over
    time, W3 costs 0.58 GMAC more than CBAM on TSM's ResNet-50 at 16 frames; Table 6 has 0.6
    (benchmarks/results/models.json)."""
    channel_time: Literal["depthwise", "bottleneck", "full"] = "depthwise"
    """What equation 4's convolutions over time see of the other channels."""
    channel: bool = True
    """Channel-temporal attention (section 3.1)."""
    spatial: bool = True
    """Spatio-temporal attention (section 3.2); Table 5's "w/o SA" without, and without the
    refinement then, which adds up spatial masks."""
    temporal: bool = True
    """Reasoning over time in both; Table 5's "w/o TA" without."""
    refinement: bool = True
    """Attention-guided feature refinement (section 3.4); Table 5's "w/o AFR" without."""

    @model_validator(mode="after")
    def _does_something(self) -> "W3Params":
        if not (self.channel or self.spatial):
            raise ValueError("w3 without channel and spatial attention does nothing; choose none")
        return self

    def build(self, sites: Sites) -> Modules:
        """Return a module for each place, and the refinement at the backbone's end."""
        from pipeline.models.attention.in_turn import InTurn
        from pipeline.models.attention.w3 import W3
        from pipeline.models.attention.w3_refinement import W3Refinement

        modules: Modules = {
            place.name: W3(
                channels=place.channels,
                reduction=self.reduction,
                channel_time=self.channel_time,
                channel=self.channel,
                spatial=self.spatial,
                temporal=self.temporal,
            )
            for place in sites.places
        }
        if self.refinement and self.spatial:
            last = sites.last
            refinement = W3Refinement(channels=last.channels, stages=ends_of_stages(sites))
            own = modules.get(last.name)
            modules[last.name] = InTurn(last.name, [own, refinement]) if own else refinement
        return modules


def ends_of_stages(sites: Sites) -> list[str]:
    """Return the last place with attention in each stage of the backbone that has any."""
    order = list(sites.all)
    attended = [order.index(place.name) for place in sites.places]
    ends, start = [], -1
    for stage in sites.stages:
        stop = order.index(stage)
        within = [place for place in attended if start < place <= stop]
        ends += [order[within[-1]]] if within else []
        start = stop
    return ends
