import math
from dataclasses import replace

import pytest
import torch
from training.tiny_look import (
    MAP,
    B,
    T,
    judge,
    judge_all,
    log_probability,
    make_batch,
    make_look,
    make_seen,
)

from pipeline.training.distributed import Group
from pipeline.training.errors import TrainingError
from pipeline.training.term_params import CrossEntropyTerm, GazeMseTerm

NONE = [[False] * T] * B
CROSS_ENTROPY = CrossEntropyTerm(name="cross_entropy", weight=2.0)
GAZE_MSE = GazeMseTerm(name="gaze_mse", weight=0.1)


def slow_gaze_mse(attention, batch):
    """Equation 3 with equation 2's target, one cell after another."""
    squares = []
    for b in range(B):
        for t in range(MAP[0]):
            frames = [f for f in range(T) if f * MAP[0] // T == t and batch.gaze_valid[b, f]]
            for i in range(MAP[1]):
                for j in range(MAP[2]):
                    bumps = [
                        math.exp(
                            -(
                                (j + 0.5 - batch.gaze[b, f, 0].item() * MAP[2]) ** 2
                                + (i + 0.5 - batch.gaze[b, f, 1].item() * MAP[1]) ** 2
                            )
                            / (2 * (MAP[1] / 2) ** 2)
                        )
                        for f in frames
                    ]
                    if bumps:
                        target = sum(bumps) / len(bumps)
                        squares.append((attention[b, t, i, j].item() - target) ** 2)
    return sum(squares), len(squares)


def test_gaze_mse_is_equation_3_over_cells_with_gaze():
    look = make_look()
    part = judge(GAZE_MSE, look)
    total, count = slow_gaze_mse(look.seen.attended["Mixed_5c"].map, look.batch)
    assert part.count == count == 3 * 3 * 4
    assert part.total.item() == pytest.approx(total, rel=1e-5)


def test_gaze_mse_does_not_look_at_cells_without_gaze():
    look = make_look()
    judge(GAZE_MSE, look).total.backward()
    gradient = look.seen.attended["Mixed_5c"].map.grad
    assert not gradient[0, 1].any()  # frames 3 to 5 of the first clip
    assert gradient[0, 0].all()


def test_gaze_mse_without_any_gaze_is_zero_and_has_a_gradient():
    look = make_look(batch=make_batch(NONE))
    part = judge(GAZE_MSE, look)
    part.total.backward()
    assert (part.total.item(), part.count.item()) == (0, 0)
    assert not look.seen.attended["Mixed_5c"].map.grad.any()


def test_gaze_mse_of_a_network_without_a_map_says_what_to_do():
    with pytest.raises(TrainingError, match="take the term out"):
        judge(GAZE_MSE, make_look(seen=replace(make_seen(), attended={})))


@pytest.mark.parametrize(
    ("target", "labels"),
    [("action", [(0, 4), (1, 1)]), ("verb", [(1, 0)]), ("noun", [(0, 1), (1, 2)])],
)
def test_cross_entropy_is_over_clips_that_have_a_class_of_the_target(target, labels):
    look = make_look(target=target)
    part = judge(CROSS_ENTROPY, look)
    expected = -sum(log_probability(look.seen.logits[clip], label) for clip, label in labels)
    assert part.count == len(labels)
    assert part.total.item() == pytest.approx(expected, rel=1e-5)


TWO = [CROSS_ENTROPY, GAZE_MSE]


def test_the_objective_is_the_weighted_sum_of_means_and_reports_each():
    look = make_look()
    judged = judge_all(TWO, look)
    entropy = judge(CROSS_ENTROPY, look).total.item() / B
    gaze = judge(GAZE_MSE, look).total.item() / 36
    assert judged.loss.item() == pytest.approx(2 * entropy + 0.1 * gaze)
    assert judged.values.tolist() == pytest.approx([2 * entropy + 0.1 * gaze, entropy, gaze])


class Beside(Group):
    """The first of two processes; the other one's totals and counts are known."""

    def sum(self, values):
        return values + torch.tensor([[1.5, 3.0], [B, 100.0]], dtype=torch.float64)


def test_shares_are_divided_by_the_counts_of_all_processes():
    look = make_look()
    judged = judge_all(TWO, look, Beside(0, 2, torch.device("cpu")))
    entropy = judge(CROSS_ENTROPY, look).total.item()
    gaze = judge(GAZE_MSE, look).total.item()
    own = 2 * entropy / (2 * B) + 0.1 * gaze / 136
    assert judged.loss.item() == pytest.approx(2 * own)  # DDP halves the gradient
    assert judged.values[1:].tolist() == pytest.approx([(entropy + 1.5) / 4, (gaze + 3) / 136])
