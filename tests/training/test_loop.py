import pytest
import torch

from pipeline.training.checkpoint import Best, at_start
from pipeline.training.errors import TrainingError
from pipeline.training.length import Length
from pipeline.training.loop import is_better, look_at


def test_an_epoch_ends_with_the_step_that_holds_its_last_piece():
    length = Length(iterations=7, pieces_per_epoch=5, accumulate=2)
    ends = [iteration for iteration in range(1, 8) if length.ends_epoch(iteration)]
    assert ends == [3, 5, 7]  # after 5, 10 and, cut short, 14 pieces
    assert length.epochs_of(2) == [0, 1]


def test_a_loss_that_is_not_finite_stops_with_the_steps_in_question():
    position = look_at(at_start(), [torch.tensor([1.0, 1.0])] * 4)
    values = [torch.tensor([value, 1.0]) for value in (1.0, float("nan"), 1.0)]
    with pytest.raises(TrainingError, match=r"nan at iteration 6 \(looked at 5 to 7\)"):
        look_at(position, values)


@pytest.mark.parametrize(
    ("candidate", "best", "expected"),
    [
        (Best(1, 0.2, 9.0), None, True),
        (Best(2, 0.3, 9.0), Best(1, 0.2, 1.0), True),
        (Best(2, 0.2, 0.9), Best(1, 0.2, 1.0), True),
        (Best(2, 0.2, 1.0), Best(1, 0.2, 1.0), False),
    ],
)
def test_the_best_epoch_has_most_right_then_the_lowest_loss(candidate, best, expected):
    assert is_better(candidate, best) is expected
