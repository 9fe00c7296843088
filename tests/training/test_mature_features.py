import math
from dataclasses import replace

import pytest
import torch
from training.tiny_look import B, judge, make_look, make_seen

from pipeline.training.errors import TrainingError
from pipeline.training.term_params import MatureFeaturesTerm

MATURE = MatureFeaturesTerm(name="mature_features", weight=0.5)


def slow_distances(student, teacher):
    """Equation 9's norm of each frame, one value after another."""
    batch, channels, time, height, width = student.shape
    return [
        math.sqrt(
            sum(
                (student[b, c, t, i, j].item() - teacher[b, c, t, i, j].item()) ** 2
                for c in range(channels)
                for i in range(height)
                for j in range(width)
            )
        )
        for b in range(batch)
        for t in range(time)
    ]


@pytest.mark.parametrize("squared", [False, True])
def test_mature_features_are_equation_9_over_frames(squared):
    look = make_look(teacher=make_seen(seed=1))
    part = judge(MATURE.model_copy(update={"squared": squared}), look)
    distances = slow_distances(look.seen.last, look.teacher.last)
    assert part.count == len(distances) == B * 4
    expected = sum(distance**2 if squared else distance for distance in distances)
    assert part.total.item() == pytest.approx(expected, rel=1e-5)


def test_mature_features_pull_the_student_to_the_teacher_and_not_the_teacher():
    look = make_look(teacher=make_seen(seed=1))
    judge(MATURE, look).total.backward()
    away = look.seen.last - look.teacher.last
    norms = away.square().sum(dim=(1, 3, 4), keepdim=True).sqrt()
    assert torch.allclose(look.seen.last.grad, away / norms, atol=1e-6)


def test_a_student_that_is_its_teacher_has_a_gradient_of_zero():
    look = make_look(teacher=make_seen())
    judge(MATURE, look).total.backward()
    assert not look.seen.last.grad.any()


def test_a_teacher_with_features_of_another_shape_is_refused():
    teacher = replace(make_seen(), last=torch.zeros(B, 3, 2, 5, 6))
    with pytest.raises(TrainingError, match="same backbone and width"):
        judge(MATURE, make_look(teacher=teacher))
