"""The learning rate as a function of the iteration: nothing to save, nothing to restore."""

import math

from pipeline.training.optimizer_params import CosineSchedule, ScheduleConfig, StepSchedule


def learning_rate(schedule: ScheduleConfig, lr: float, iteration: int, total: int) -> float:
    """Return the learning rate of one iteration.

    Args:
        schedule: how it changes.
        lr: the optimiser's learning rate.
        iteration: iterations finished before this one.
        total: iterations of the whole phase.
    """
    if isinstance(schedule, StepSchedule):
        return _step(schedule, lr, iteration)
    return _cosine(schedule, lr, iteration, total)


def _step(schedule: StepSchedule, lr: float, iteration: int) -> float:
    passed = sum(iteration >= milestone for milestone in schedule.milestones)
    return lr * schedule.factor**passed


def _cosine(schedule: CosineSchedule, lr: float, iteration: int, total: int) -> float:
    warmup = round(schedule.warmup_share * total)
    if iteration < warmup:
        return lr * (iteration + 1) / warmup
    done = (iteration - warmup) / (total - warmup)
    return lr * (1 + math.cos(math.pi * done)) / 2
