"""The sections of the stages score, explain and fuse."""

from typing import Annotated, Literal

import pydantic

from pipeline.params import Section

Share = Annotated[float, pydantic.Field(ge=0.0, le=1.0)]


class ProtocolConfig(Section):
    """How a clip of any length becomes one score; stored with every score it made."""

    num_frames: pydantic.PositiveInt = 16
    """Frames in a window (STAM, section 4.2)."""
    stride: pydantic.PositiveInt = 8
    """Frames from the start of a window to that of the next; the last window is moved back to
    end at the last frame."""
    crop: pydantic.PositiveInt
    """Side in pixels of the square that the model sees."""
    view: Literal["centre"] = "centre"
    """Where the square is cut: the middle of the image, not mirrored."""
    short_clips: Literal["repeat_last"] = "repeat_last"
    """A clip shorter than a window repeats its last frame; no clip is left out."""
    average: Literal["frames", "windows"] = "frames"
    """``frames``: a frame's score is the mean over the windows that cover it, a clip's the mean
    over its frames (STAM's text). ``windows``: the plain mean over windows (STAM's code)."""


class ScoreConfig(Section):
    """The stage score."""

    protocol: ProtocolConfig
    """How a clip is seen."""
    batch_windows: pydantic.PositiveInt
    """Windows that pass through the model at once, taken across clips."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the forward pass on a GPU; a CPU always computes in float32."""


class ExplainConfig(Section):
    """The stage explain."""

    protocol: ProtocolConfig
    """How a clip is seen; the same as score's, so that maps belong to the scores."""
    batch_windows: pydantic.PositiveInt
    """Windows that pass through the model at once, taken across clips."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the forward pass on a GPU; a CPU always computes in float32."""


class FuseConfig(Section):
    """Late fusion of the RGB and the flow stream."""

    mode: Literal["logits", "probabilities"] = "logits"
    """What is averaged: raw scores, or their softmax."""
    weights: Literal["equal", "validation"] | tuple[Share, Share] = "equal"
    """Weights of RGB and flow: equal, the best on the validation part, or two numbers whose sum
    is one. The test part never chooses."""

    @pydantic.field_validator("weights")
    @classmethod
    def _sum_to_one(cls, weights: str | tuple[float, float]) -> str | tuple[float, float]:
        if not isinstance(weights, str) and abs(sum(weights) - 1.0) > 1e-6:
            raise ValueError("two weights must sum to 1")
        return weights
