import pytest

from pipeline.training.length import Length
from pipeline.training.optimizer_params import CosineSchedule, ExponentialSchedule, StepSchedule
from pipeline.training.schedule import learning_rate


def length(iterations, pieces_per_epoch=1000, accumulate=1):
    return Length(iterations, pieces_per_epoch, accumulate)


@pytest.mark.parametrize(
    ("iteration", "expected"),
    [(0, 0.1), (1199, 0.1), (1200, 0.01), (3999, 0.01), (4000, 0.001), (63999, 0.001)],
)
def test_stam_falls_after_1200_and_4000_iterations(iteration, expected):
    schedule = StepSchedule(name="step", milestones=[1200, 4000], factor=0.1)
    assert learning_rate(schedule, 0.1, iteration, length(64000)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("iteration", "expected"),
    [(0, 1e-3), (174, 1e-3), (175, 1e-4), (524, 1e-4), (525, 1e-5), (1050, 1e-6), (1399, 1e-6)],
)
def test_lsta_falls_after_25_75_and_150_epochs(iteration, expected):
    schedule = StepSchedule(name="step", milestones=[25, 75, 150], factor=0.1, unit="epochs")
    lr = learning_rate(schedule, 1e-3, iteration, length(1400, pieces_per_epoch=7))
    assert lr == pytest.approx(expected)


@pytest.mark.parametrize(("iteration", "falls"), [(0, 0), (1, 0), (2, 0), (3, 1), (5, 2), (7, 2)])
def test_an_epoch_that_ends_within_a_step_counts_from_the_next_one(iteration, falls):
    schedule = StepSchedule(name="step", milestones=[1, 2], factor=0.5, unit="epochs")
    cut = length(8, pieces_per_epoch=5, accumulate=2)
    assert learning_rate(schedule, 1.0, iteration, cut) == 0.5**falls


@pytest.mark.parametrize(
    ("unit", "iteration", "expected"),
    [
        ("epochs", 3, 0.01),
        ("epochs", 4, 0.0099),
        ("epochs", 8, 0.009801),
        ("iterations", 2, 0.009801),
    ],
)
def test_ego_rnns_two_streams_fall_by_a_hundredth_after_every_epoch(unit, iteration, expected):
    schedule = ExponentialSchedule(name="exponential", factor=0.99, unit=unit)
    lr = learning_rate(schedule, 0.01, iteration, length(20, pieces_per_epoch=4))
    assert lr == pytest.approx(expected)


@pytest.mark.parametrize(
    ("iteration", "expected"), [(0, 0.5), (1, 1.0), (2, 1.0), (6, 0.5), (9, 0.038)]
)
def test_cosine_rises_along_a_line_then_falls_to_nearly_zero(iteration, expected):
    schedule = CosineSchedule(name="cosine", warmup_share=0.2)
    lr = learning_rate(schedule, 1.0, iteration, length(10))
    assert lr == pytest.approx(expected, abs=1e-3)
