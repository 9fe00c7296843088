"""The sections of the stages score and fuse."""

from typing import Annotated, Literal

import pydantic

from pipeline.clips.sampler_params import WindowsConfig
from pipeline.params import Section

ViewsName = Literal["centre", "full", "three_crops", "ten_crops"]
"""The keys of `pipeline.evaluation.views.VIEWS`."""

Share = Annotated[float, pydantic.Field(ge=0.0, le=1.0)]


class ProtocolConfig(Section):
    """How a clip of any length becomes one score; stored with every score it made."""

    clips: WindowsConfig
    """Which images of a clip are seen at once."""
    flow_clips: WindowsConfig | None = None
    """The same for flow, in a network of both streams that sees others there than in RGB."""
    views: ViewsName = "centre"
    """Which parts of the images are seen: the `centre`; the `full` image, by networks that take
    any size; `three_crops` along its long side; `ten_crops`, the corners and the centre, each
    mirrored too."""
    crop: pydantic.PositiveInt | None = None
    """Side in stored pixels of the square that is seen; none for full images."""
    average: Literal["frames", "windows"] = "windows"
    """``windows``: the mean over windows and views. ``frames``, for consecutive windows alone: a
    frame's score is the mean over the windows that cover it, a clip's the mean over its frames
    (STAM's text; its code takes the mean over windows)."""
    scores: Literal["logits", "probabilities"] = "logits"
    """What is averaged: raw scores, or their softmax (the clip's score is then the logarithm of
    the mean)."""

    def of(self, stream: str) -> "ProtocolConfig":
        """Return what concerns one stream, so that the other's changes nothing."""
        clips = self.flow_clips if stream == "flow" and self.flow_clips else self.clips
        return self.model_copy(update={"clips": clips, "flow_clips": None})

    @pydantic.model_validator(mode="after")
    def _is_consistent(self) -> "ProtocolConfig":
        if (self.views == "full") != (self.crop is None):
            raise ValueError(
                f"found views {self.views} and crop {self.crop}; full images have no crop, all "
                "other views need one"
            )
        others = [clips.name for clips in (self.clips, self.flow_clips) if clips]
        if self.average == "frames" and set(others) != {"windows"}:
            raise ValueError(
                f"average frames is for clips by windows, found {' and '.join(others)}; give "
                "average: windows"
            )
        return self


class ScoreConfig(Section):
    """The stage score."""

    protocol: ProtocolConfig
    """How a clip is seen."""
    batch_windows: pydantic.PositiveInt
    """Windows, each in one view, that pass through the model at once, taken across clips."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the forward pass on a GPU; a CPU always computes in float32."""

    def of(self, stream: str) -> "ScoreConfig":
        """Return what concerns one stream."""
        return self.model_copy(update={"protocol": self.protocol.of(stream)})


class ScoringConfig(Section):
    """The stage score: how each network is tested; None where the method has no such network."""

    rgb: ScoreConfig | None
    """The RGB stream's."""
    flow: ScoreConfig | None
    """The flow stream's."""
    joint: ScoreConfig | None
    """That of both streams."""

    def of(self, stream: Literal["rgb", "flow"]) -> ScoreConfig | None:
        """Return one stream's."""
        return self.rgb if stream == "rgb" else self.flow


class FuseConfig(Section):
    """Late fusion of the RGB and the flow stream, where the method has both and no joint model."""

    average: Literal["logits", "probabilities"] = "logits"
    """What is averaged: raw scores, or their softmax."""
    calibrate: bool = False
    """Divide each stream's scores by a temperature first, fitted on the validation part by
    likelihood, so that a network that is surer than it is right does not outvote the other."""
    weights: Literal["equal", "validation"] | tuple[Share, Share] = "equal"
    """Weights of RGB and flow: equal, the best on the validation part, or two numbers whose sum
    is one. The test part never chooses."""

    @pydantic.field_validator("weights")
    @classmethod
    def _sum_to_one(cls, weights: str | tuple[float, float]) -> str | tuple[float, float]:
        if not isinstance(weights, str) and abs(sum(weights) - 1.0) > 1e-6:
            raise ValueError("two weights must sum to 1")
        return weights
