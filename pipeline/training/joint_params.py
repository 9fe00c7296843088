"""The section of the stage joint: one network of both streams, resolved."""

import pydantic
from pydantic import NonNegativeInt

from pipeline.clips.params import GazeSupervisionConfig, SamplerConfig
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.params import Section
from pipeline.training.initial_params import PreviousPhase
from pipeline.training.params import CheckpointConfig, PhaseConfig

ANY_LENGTH = 1000
"""Frames of a clip long enough for any sampler."""


class JointPlan(Section):
    """How both streams are trained together."""

    model: TwoStreamConfig
    """The network, and those of one stream that it is made of."""
    phase: PhaseConfig
    """How they are trained; its sampler chooses RGB's images, its augmentation is both streams'."""
    flow_sampler: SamplerConfig
    """Which flow images are seen with RGB's."""
    seed: NonNegativeInt
    """Seed of initial weights, order, augmentation and dropout."""
    gaze: GazeSupervisionConfig
    """Whose gaze supervises attention."""

    @pydantic.model_validator(mode="after")
    def _streams_fit_the_network(self) -> "JointPlan":
        places = self.phase.validation_windows.windows(ANY_LENGTH)[0]
        frames = len(places) // self.phase.sampler.stack
        self.model.network.check(self.model.rgb, self.model.flow, frames)
        return self

    @pydantic.model_validator(mode="after")
    def _samplers_fit_the_streams(self) -> "JointPlan":
        samplers = {
            "phase.sampler": (self.phase.sampler, self.model.rgb),
            "flow_sampler": (self.flow_sampler, self.model.flow),
        }
        for key, (sampler, model) in samplers.items():
            if sampler.stack != model.stack:
                raise ValueError(
                    f"{key}.stack: found {sampler.stack}, expected the network's {model.stack}"
                )
        return self

    @pydantic.model_validator(mode="after")
    def _phase_is_of_both_streams(self) -> "JointPlan":
        phase, attention = self.phase, self.model.rgb.attention.name
        if phase.attention != attention:
            raise ValueError(
                f"phase.attention: found {phase.attention!r}, expected RGB's {attention!r}"
            )
        if isinstance(phase.initial, PreviousPhase) or phase.teacher:
            raise ValueError(
                "phase: found 'previous', but streams have first phases; give initial: streams, "
                "and no teacher"
            )
        if phase.batch_norm == "partial":
            raise ValueError("phase.batch_norm: partial is of one backbone; give train or frozen")
        return self


class JointConfig(Section):
    """The stage joint."""

    plan: JointPlan | None
    """What is trained; None passes through."""
    checkpoint: CheckpointConfig | None = None
    """A network to take in the place of the plan's; nothing is trained then."""
