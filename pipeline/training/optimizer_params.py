"""The sections of the optimiser and its schedule."""

from typing import Annotated, Literal

import pydantic
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from pipeline.params import Section


class SgdConfig(Section):
    """Stochastic gradient descent."""

    name: Literal["sgd"]
    """Which optimiser."""
    lr: PositiveFloat
    """Learning rate before the schedule."""
    momentum: Annotated[float, Field(ge=0, lt=1)]
    """Share of the last step in the next."""
    weight_decay: NonNegativeFloat
    """Factor of the weights in the gradient."""
    nesterov: bool = False
    """Look ahead by the momentum."""


class AdamWConfig(Section):
    """Adam with decoupled weight decay."""

    name: Literal["adamw"]
    """Which optimiser."""
    lr: PositiveFloat
    """Learning rate before the schedule."""
    weight_decay: NonNegativeFloat
    """Share of the weights, times the learning rate, that a step takes away."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (
        0.9,
        0.999,
    )
    """Memory of the gradient's mean and of its square's (Kingma and Ba, ICLR 2015)."""


OptimizerConfig = Annotated[SgdConfig | AdamWConfig, Field(discriminator="name")]


class StepSchedule(Section):
    """The learning rate falls by a factor after some iterations."""

    name: Literal["step"]
    """Which schedule."""
    milestones: list[PositiveInt]
    """Iterations (optimiser steps) after which it falls, rising; [] keeps it constant."""
    factor: Annotated[float, Field(gt=0, lt=1)]
    """What it is multiplied by at each."""

    @pydantic.field_validator("milestones")
    @classmethod
    def _rise(cls, milestones: list[int]) -> list[int]:
        if sorted(set(milestones)) != milestones:
            raise ValueError("milestones must rise")
        return milestones


class CosineSchedule(Section):
    """The learning rate rises along a line, then falls along half a cosine to zero."""

    name: Literal["cosine"]
    """Which schedule."""
    warmup_share: Annotated[float, Field(ge=0, lt=1)]
    """Share of the iterations in which it rises."""


ScheduleConfig = Annotated[StepSchedule | CosineSchedule, Field(discriminator="name")]
