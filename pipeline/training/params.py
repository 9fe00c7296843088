"""The sections of pretrain and train: one phase of one stream, resolved."""

from typing import Annotated, Literal

import pydantic
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from pipeline.clips.params import AugmentationConfig, GazeSupervisionConfig, SamplerConfig
from pipeline.clips.sampler_params import ConsecutiveWindows, WindowsConfig
from pipeline.models.naming import Target
from pipeline.models.params import ModelConfig
from pipeline.params import Section
from pipeline.training.initial_params import InitialConfig
from pipeline.training.optimizer_params import OptimizerConfig, ScheduleConfig
from pipeline.training.term_params import GAZE_TERMS, TEACHER_TERMS, TermConfig

Stream = Literal["rgb", "flow"]


class ValidationConfig(Section):
    """How often, and on how much of the validation clips, a phase is looked at."""

    every_epochs: PositiveInt
    """Epochs from one validation to the next; the last epoch is always validated."""
    stride: PositiveInt | None = None
    """Frames from one window of a clip to the next, for the sampler `dense` alone; None puts them
    side by side. The windows' logits are averaged."""


class PhaseConfig(Section):
    """How a network is trained from some weights to others."""

    attention: str
    """The attention of this phase's network: the method's, by its name, or `none`, as a first phase
    may have it."""
    target: Target = "action"
    """Which class of a clip the classifier learns; clips without one teach it nothing."""
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
    teacher: Literal["previous"] | None = None
    """The network that terms such as `mature_features` compare with: the stream's first phase's,
    which no longer learns."""
    sampler: SamplerConfig
    """Which images of a clip are seen."""
    augmentation: AugmentationConfig
    """How they are varied."""
    trainable: list[str]
    """Names (with `*`) of the parameters that learn."""
    batch_norm: Literal["train", "frozen", "partial"]
    """``frozen``: normalise by the statistics that the weights came with. ``partial``: so do all
    layers of the backbone but for its first, and their scales and shifts do not learn (TSN).
    Layers of which nothing learns are frozen in any case."""
    batch_norm_momentum: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of a new batch in batch norm's running statistics. None keeps the backbone's own (I3D:
    0.01, which a phase from scratch needs some hundred iterations to forget its start with)."""
    precision: Literal["float32", "bfloat16"]
    """Arithmetic of the forward pass on a GPU; a CPU always takes float32."""
    validation: ValidationConfig
    """When validation clips are looked at."""
    keep: Literal["last", "best"]
    """Whose weights the phase ends with: the last, or those of the highest validation accuracy."""

    @property
    def validation_windows(self) -> WindowsConfig:
        """How validation clips are seen: as the sampler has its network tested."""
        return self.as_validated(self.sampler)

    def as_validated(self, sampler: SamplerConfig) -> WindowsConfig:
        """Return how validation clips are seen that training sees by a sampler."""
        windows, stride = sampler.as_tested(), self.validation.stride
        if isinstance(windows, ConsecutiveWindows) and stride:
            return windows.model_copy(update={"stride": stride})
        return windows

    @pydantic.model_validator(mode="after")
    def _stride_is_used(self) -> "PhaseConfig":
        if self.validation.stride and self.sampler.name != "dense":
            raise ValueError(
                f"validation.stride is for the sampler dense, found {self.sampler.name}; leave it "
                "out"
            )
        return self

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

    @pydantic.model_validator(mode="after")
    def _teacher_is_asked(self) -> "PhaseConfig":
        asking = [term.name for term in self.losses if term.name in TEACHER_TERMS]
        if asking and self.teacher is None:
            raise ValueError(f"the loss {asking[0]} needs a teacher; give teacher: previous")
        if self.teacher is not None and not asking:
            raise ValueError(
                f"no loss asks the teacher; give {' or '.join(TEACHER_TERMS)}, or none"
            )
        return self

    @pydantic.field_validator("losses")
    @classmethod
    def _terms_differ(cls, losses: list[TermConfig]) -> list[TermConfig]:
        names = [term.name for term in losses]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"found the terms {names}, expected at least one, and none twice")
        return losses


class CheckpointConfig(Section):
    """A trained network that is evaluated as it is, in the place of training one."""

    paths: list[str]
    """The files that it consists of, absolute or from the repository."""
    kind: str
    """Whose names they have: a key of `pipeline.models.key_maps.KEY_MAPS`."""
    digests: list[str]
    """Of the files, so that others under the same names are noticed."""


class TrainConfig(Section):
    """The stages pretrain and train of one stream."""

    stream: Stream
    """What the network sees."""
    checkpoint: CheckpointConfig | None = None
    """A network to take in the place of the phase's; there is no phase then."""
    phase: PhaseConfig | None
    """How it is trained; None passes through."""
    model: ModelConfig | None
    """The method's network; a phase may have it with another attention. None where the method has
    no such stream."""
    seed: NonNegativeInt
    """Seed of initial weights, order, augmentation and dropout."""
    gaze: GazeSupervisionConfig
    """Whose gaze supervises attention."""

    @pydantic.model_validator(mode="after")
    def _phase_fits_the_network(self) -> "TrainConfig":
        if self.phase is None:
            return self
        if self.model is None:
            raise ValueError("phase: found one, but no model to train")
        if self.phase.initial.name == "streams":
            raise ValueError("phase.initial: 'streams' are what a network of both begins with")
        attentions = sorted({"none", self.model.attention.name})
        if self.phase.attention not in attentions:
            raise ValueError(
                f"phase.attention: found {self.phase.attention!r}, expected "
                f"{' or '.join(map(repr, attentions))}"
            )
        if self.phase.sampler.stack != self.model.stack:
            raise ValueError(
                f"phase.sampler.stack: found {self.phase.sampler.stack}, expected the network's "
                f"{self.model.stack} (model.stack)"
            )
        return self


def model_of(config: TrainConfig, phase: PhaseConfig) -> ModelConfig:
    """Return the network of a phase, with what does not concern it taken out.

    Two methods whose phases are equally plain so get equal networks, and share the phase.
    """
    if config.model is None:
        raise ValueError("a stream without a network has no phases")
    if phase.attention != "none":
        return config.model
    values = {**config.model.model_dump(), "attention": "none", "after": []}
    return ModelConfig.model_validate(values)


def terms_of(phase: PhaseConfig, gaze: GazeSupervisionConfig) -> list[TermConfig]:
    """Return the terms of a phase; without gaze supervision, those that look at gaze are out."""
    if gaze.source != "none":
        return phase.losses
    return [term for term in phase.losses if term.name not in GAZE_TERMS]


def gaze_of(phase: PhaseConfig, gaze: GazeSupervisionConfig) -> GazeSupervisionConfig:
    """Return the gaze that a phase is given: none, where none of its terms looks at it."""
    needed = any(term.name in GAZE_TERMS for term in terms_of(phase, gaze))
    return gaze if needed else GazeSupervisionConfig(source="none")
