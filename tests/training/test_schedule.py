import pytest

from pipeline.training.optimizer_params import CosineSchedule, StepSchedule
from pipeline.training.schedule import learning_rate


@pytest.mark.parametrize(
    ("iteration", "expected"),
    [(0, 0.1), (1199, 0.1), (1200, 0.01), (3999, 0.01), (4000, 0.001), (63999, 0.001)],
)
def test_stam_falls_after_1200_and_4000_iterations(iteration, expected):
    schedule = StepSchedule(name="step", milestones=[1200, 4000], factor=0.1)
    assert learning_rate(schedule, 0.1, iteration, 64000) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("iteration", "expected"), [(0, 0.5), (1, 1.0), (2, 1.0), (6, 0.5), (9, 0.038)]
)
def test_cosine_rises_along_a_line_then_falls_to_nearly_zero(iteration, expected):
    schedule = CosineSchedule(name="cosine", warmup_share=0.2)
    lr = learning_rate(schedule, 1.0, iteration, 10)
    assert lr == pytest.approx(expected, abs=1e-3)
