"""The sections of the optimiser and its schedule."""

from typing import Annotated, Literal

import pydantic
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from pipeline.params import Section

Share = Annotated[float, Field(ge=0, lt=1)]
Unit = Literal["iterations", "epochs"]
"""What a schedule counts; an iteration is an optimiser step."""


class GroupConfig(Section):
    """Parameters that learn at a rate of their own."""

    match: Annotated[list[str], Field(min_length=1)]
    """Names (with `*`), or `@bias` for every bias and `@norm` for what normalisation layers
    learn. Of several groups that match a parameter, the first takes it."""
    lr_factor: PositiveFloat = 1.0
    """Factor of the learning rate."""
    weight_decay_factor: NonNegativeFloat = 1.0
    """Factor of the weight decay."""


class OptimizerSection(Section):
    """What every optimiser has."""

    lr: PositiveFloat
    """Learning rate before the schedule."""
    groups: list[GroupConfig] = Field(default_factory=list)
    """Parameters with other rates; those that no group matches learn at the plain ones."""


class SgdConfig(OptimizerSection):
    """Stochastic gradient descent."""

    name: Literal["sgd"]
    """Which optimiser."""
    momentum: Share
    """Share of the last step in the next."""
    weight_decay: NonNegativeFloat
    """Factor of the weights in the gradient."""
    nesterov: bool = False
    """Look ahead by the momentum."""


class AdamConfig(OptimizerSection):
    """Adam (Kingma and Ba, ICLR 2015), with weight decay as a part of the gradient."""

    name: Literal["adam"]
    """Which optimiser."""
    weight_decay: NonNegativeFloat
    """Factor of the weights in the gradient; the published algorithm has none."""
    betas: tuple[Share, Share] = (0.9, 0.999)
    """Memory of the gradient's mean and of its square's."""
    eps: PositiveFloat = 1e-8
    """What is added to the root of the mean square before it divides."""


class AdamWConfig(OptimizerSection):
    """Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019)."""

    name: Literal["adamw"]
    """Which optimiser."""
    weight_decay: NonNegativeFloat
    """Share of the weights, times the learning rate, that a step takes away."""
    betas: tuple[Share, Share] = (0.9, 0.999)
    """Memory of the gradient's mean and of its square's (Kingma and Ba, ICLR 2015)."""


OptimizerConfig = Annotated[SgdConfig | AdamConfig | AdamWConfig, Field(discriminator="name")]


class StepSchedule(Section):
    """The learning rate falls by a factor after some iterations or epochs."""

    name: Literal["step"]
    """Which schedule."""
    milestones: list[PositiveInt]
    """Iterations or epochs after which it falls, rising; [] keeps it constant."""
    factor: Annotated[float, Field(gt=0, lt=1)]
    """What it is multiplied by at each."""
    unit: Unit = "iterations"
    """What the milestones count."""

    @pydantic.field_validator("milestones")
    @classmethod
    def _rise(cls, milestones: list[int]) -> list[int]:
        if sorted(set(milestones)) != milestones:
            raise ValueError("milestones must rise")
        return milestones


class ExponentialSchedule(Section):
    """The learning rate falls by a factor after every iteration or epoch."""

    name: Literal["exponential"]
    """Which schedule."""
    factor: Annotated[float, Field(gt=0, lt=1)]
    """What it is multiplied by after each (LSTA's two streams and ego-rnn's: 0.99)."""
    unit: Unit
    """After each what."""


class CosineSchedule(Section):
    """The learning rate rises along a line, then falls along half a cosine to zero."""

    name: Literal["cosine"]
    """Which schedule."""
    warmup_share: Share
    """Share of the iterations in which it rises."""


ScheduleConfig = Annotated[
    StepSchedule | ExponentialSchedule | CosineSchedule, Field(discriminator="name")
]
