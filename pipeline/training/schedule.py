"""The learning rate as a function of the iteration: nothing to save, nothing to restore."""

import math
from collections.abc import Callable
from typing import Never, cast

from pipeline.training.length import Length
from pipeline.training.optimizer_params import (
    CosineSchedule,
    ExponentialSchedule,
    ScheduleConfig,
    StepSchedule,
    Unit,
)

Schedule = Callable[[Never, float, int, Length], float]
"""Called with the section of its own name, and then as `learning_rate`."""


def learning_rate(schedule: ScheduleConfig, lr: float, iteration: int, length: Length) -> float:
    """Return the learning rate of one iteration.

    Args:
        schedule: how it changes.
        lr: the optimiser's learning rate.
        iteration: iterations finished before this one.
        length: of the phase.
    """
    return SCHEDULES[schedule.name](cast("Never", schedule), lr, iteration, length)


def _step(schedule: StepSchedule, lr: float, iteration: int, length: Length) -> float:
    done = _count(schedule.unit, iteration, length)
    passed = sum(done >= milestone for milestone in schedule.milestones)
    return lr * schedule.factor**passed


def _exponential(schedule: ExponentialSchedule, lr: float, iteration: int, length: Length) -> float:
    return lr * schedule.factor ** _count(schedule.unit, iteration, length)


def _cosine(schedule: CosineSchedule, lr: float, iteration: int, length: Length) -> float:
    warmup = round(schedule.warmup_share * length.iterations)
    if iteration < warmup:
        return lr * (iteration + 1) / warmup
    done = (iteration - warmup) / (length.iterations - warmup)
    return lr * (1 + math.cos(math.pi * done)) / 2


def _count(unit: Unit, iteration: int, length: Length) -> int:
    """Iterations, or whole epochs, finished before one."""
    return iteration if unit == "iterations" else length.epochs_done(iteration)


SCHEDULES: dict[str, Schedule] = {"step": _step, "exponential": _exponential, "cosine": _cosine}
