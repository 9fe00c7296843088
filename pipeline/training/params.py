"""The sections of pretrain, train and joint: one phase of one stream, resolved."""

from typing import Annotated, Literal

import pydantic
from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from pipeline.clips.params import AugmentationConfig, GazeSupervisionConfig, SamplerConfig
from pipeline.models.params import AttentionName, ModelConfig
from pipeline.params import Section
from pipeline.training.optimizer_params import OptimizerConfig, ScheduleConfig

Stream = Literal["rgb", "flow"]


class CrossEntropyTerm(Section):
    """Cross entropy of the action's class."""

    name: Literal["cross_entropy"]
    """Which term."""
    weight: NonNegativeFloat
    """Factor in the loss."""


class GazeMseTerm(Section):
    """Squared difference between attention and gaze (STAM, equation 3)."""

    name: Literal["gaze_mse"]
    """Which term."""
    weight: NonNegativeFloat
    """Factor in the loss (STAM: 0.1)."""


TermConfig = Annotated[CrossEntropyTerm | GazeMseTerm, Field(discriminator="name")]
GAZE_TERMS = frozenset({"gaze_mse"})
"""The terms that look at gaze; without gaze supervision they are left out."""


class Scratch(Section):
    """Random initial weights."""

    name: Literal["scratch"]
    """Which weights."""


class PreviousPhase(Section):
    """The weights that the stream's first phase ended with."""

    name: Literal["previous"]
    """Which weights."""
    new: list[str] = Field(default_factory=list)
    """Beginnings of names that the first phase did not know, such as `attention.`."""


class WeightsFile(Section):
    """The weights of a file: one of the project's own, or an official checkpoint."""

    name: Literal["file"]
    """Which weights."""
    kind: str
    """Whose names the file has: a key of `pipeline.models.key_maps.KEY_MAPS`."""
    path: str
    """The file, absolute or from the repository."""
    new: list[str] = Field(default_factory=list)
    """Beginnings of names that the file may not know, beyond those that its kind declares."""


InitialConfig = Annotated[Scratch | PreviousPhase | WeightsFile, Field(discriminator="name")]


class ValidationConfig(Section):
    """How often, and on how much of the validation clips, a phase is looked at."""

    every_epochs: PositiveInt
    """Epochs from one validation to the next; the last epoch is always validated."""
    stride: PositiveInt
    """Frames from one window of a clip to the next; their logits are averaged."""


class PhaseConfig(Section):
    """How a network is trained from some weights to others."""

    attention: AttentionName
    """The attention of this phase's network: a first phase may be plain."""
    initial: InitialConfig
    """The weights to begin with."""
    optimizer: OptimizerConfig
    """What makes a step out of a gradient."""
    schedule: ScheduleConfig
    """The learning rate over the iterations."""
    iterations: PositiveInt | None = None
    """Length of the phase in optimiser steps; else `epochs` says it."""
    epochs: PositiveInt | None = None
    """Length of the phase in passes over the training clips; else `iterations` says it."""
    batch_size: PositiveInt
    """Clips in one optimiser step, all processes together."""
    accumulate: PositiveInt = 1
    """Equal pieces that a batch is cut into to save memory. Every piece's terms are means of their
    own, the gradient is the mean over pieces, and batch norm sees one piece."""
    clip_gradient_norm: PositiveFloat | None = None
    """Longest gradient; a longer one is shortened to it. None leaves it."""
    losses: list[TermConfig]
    """The terms of the loss, each logged by its name."""
    sampler: SamplerConfig
    """Which frames of a clip are seen."""
    augmentation: AugmentationConfig
    """How they are varied."""
    trainable: list[str]
    """Names (with `*`) of the parameters that learn."""
    batch_norm: Literal["train", "frozen"]
    """``frozen``: normalise by the statistics that the weights came with. Layers of which nothing
    learns are frozen in any case."""
    batch_norm_momentum: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of a new batch in batch norm's running statistics. None keeps the backbone's own (I3D:
    0.01, which a phase from scratch needs some hundred iterations to forget its start with)."""
    precision: Literal["float32", "bfloat16"]
    """Arithmetic of the forward pass on a GPU; a CPU always takes float32."""
    validation: ValidationConfig
    """How validation clips are looked at."""
    keep: Literal["last", "best"]
    """Whose weights the phase ends with: the last, or those of the highest validation accuracy."""

    @pydantic.model_validator(mode="after")
    def _lengths_agree(self) -> "PhaseConfig":
        if (self.iterations is None) == (self.epochs is None):
            raise ValueError("give either iterations or epochs")
        if self.batch_size % self.accumulate:
            raise ValueError(
                f"batch_size {self.batch_size} does not divide into {self.accumulate} equal "
                "pieces (accumulate)"
            )
        return self

    @pydantic.field_validator("losses")
    @classmethod
    def _terms_differ(cls, losses: list[TermConfig]) -> list[TermConfig]:
        names = [term.name for term in losses]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"found the terms {names}, expected at least one, and none twice")
        return losses


class TrainConfig(Section):
    """The stages pretrain and train of one stream."""

    stream: Stream
    """What the network sees."""
    phase: PhaseConfig | None
    """How it is trained; None passes through."""
    model: ModelConfig
    """The method's network; a phase may have it with another attention."""
    seed: NonNegativeInt
    """Seed of initial weights, order, augmentation and dropout."""
    gaze: GazeSupervisionConfig
    """Whose gaze supervises attention."""


class JointConfig(Section):
    """The stage joint."""

    phase: None
    """No method at hand trains its streams together, so the stage passes through."""


def model_of(config: TrainConfig, phase: PhaseConfig) -> ModelConfig:
    """Return the network of a phase, with what does not concern it taken out.

    Two methods whose phases are equally plain so get equal networks, and share the phase.
    """
    after = [] if phase.attention == "none" else config.model.after
    values = {**config.model.model_dump(), "attention": phase.attention, "after": after}
    return ModelConfig.model_validate(values)


def terms_of(config: TrainConfig, phase: PhaseConfig) -> list[TermConfig]:
    """Return the terms of a phase; without gaze supervision, those that look at gaze are out."""
    if config.gaze.source != "none":
        return phase.losses
    return [term for term in phase.losses if term.name not in GAZE_TERMS]


def gaze_of(config: TrainConfig, phase: PhaseConfig) -> GazeSupervisionConfig:
    """Return the gaze that a phase is given: none, where none of its terms looks at it."""
    needed = any(term.name in GAZE_TERMS for term in terms_of(config, phase))
    return config.gaze if needed else GazeSupervisionConfig(source="none")
