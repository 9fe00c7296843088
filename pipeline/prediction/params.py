"""All of a run's resolved configuration that a prediction needs, in one section."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat

from pipeline.evaluation.params import ScoreConfig, Share
from pipeline.flow.params import FlowConfig
from pipeline.params import Section

NetworkName = Literal["rgb", "flow", "joint"]
"""A trained network, by what it sees; joint sees both streams."""

Wish = Literal["auto", "rgb", "flow"]
"""Which streams are asked: ``auto`` is what the run's own fused scores are of."""


class NetworkPlan(Section):
    """A trained network and how it is tested."""

    file: str
    """Path of its file below the folder of models."""
    sha256: str
    """Digest of that file's bytes."""
    score: ScoreConfig
    """How a clip is seen."""


class FusionPlan(Section):
    """Late fusion of RGB and flow, with numbers that were chosen before."""

    average: Literal["logits", "probabilities"]
    """What is averaged."""
    rgb_weight: Share
    """RGB's weight; flow has the rest."""
    temperatures: tuple[PositiveFloat, PositiveFloat]
    """What RGB's and flow's scores are divided by first; 1 where the run did not calibrate."""


class Calibration(Section):
    """How scores become confidences: softmax(scores / temperature)."""

    temperature: PositiveFloat = 1.0
    """Fitted on these networks' own scores of the validation part; 1 where there are none."""
    num_clips: NonNegativeInt = 0
    """Validation clips that it was fitted on; 0 means a plain softmax."""

    @property
    def kind(self) -> str:
        """Return what a confidence is called."""
        return "calibrated" if self.num_clips else "softmax"


class GazeReading(Section):
    """How a gaze recording becomes a point a frame; for drawing, networks are never shown it."""

    frame_base: int
    """The tracker's frame number that is frame 0 of the recording."""
    valid_kinds: tuple[Literal["fixation", "saccade"], ...]
    """Kinds of samples that a point may come from."""
    fill_frames: NonNegativeInt
    """Longest run of frames without a point that is bridged."""


class PredictionConfig(Section):
    """What turns a video into scores; with the files of the networks it is complete."""

    frames_size: int | str
    """As the param ``frames.size``."""
    frames_quality: Annotated[int, Field(ge=1, le=100)]
    """As the param ``frames.quality``."""
    flow: FlowConfig
    """As the section ``flow``."""
    networks: dict[NetworkName, NetworkPlan] = Field(min_length=1)
    """Those that are asked: joint alone, or RGB, flow, or both."""
    fusion: FusionPlan | None
    """How RGB and flow are fused; None where one network is asked."""
    calibration: Calibration
    """Of the scores that result."""
    classes: tuple[str, ...]
    """The actions' names by class id."""
    length_seconds: PositiveFloat
    """Of a segment: about what a training clip lasts."""
    gaze: GazeReading
    """For ``--gaze``."""

    @property
    def looks_at_flow(self) -> bool:
        """Whether a network sees flow."""
        return bool({"flow", "joint"} & set(self.networks))
