import math

import pytest
import torch

from pipeline.clips.batch import Batch
from pipeline.models.attention import Attended
from pipeline.models.recognizer import Seen
from pipeline.training.distributed import Group
from pipeline.training.errors import TrainingError
from pipeline.training.objective import Objective
from pipeline.training.params import CrossEntropyTerm, GazeMseTerm
from pipeline.training.terms.cross_entropy import cross_entropy
from pipeline.training.terms.gaze_mse import gaze_mse

B, K, T = 2, 5, 6
MAP = (2, 3, 4)


def make_seen(seed=0):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(B, K, generator=generator, requires_grad=True)
    attention = torch.rand(B, *MAP, generator=generator, requires_grad=True)
    attended = Attended(features=torch.zeros(B, 1, *MAP), map=attention)
    return Seen(logits, torch.zeros(B, 3), {"Mixed_5c": attended})


def make_batch(valid):
    generator = torch.Generator().manual_seed(9)
    return Batch(
        video=torch.zeros(B, 3, T, 8, 8, dtype=torch.uint8),
        action=torch.tensor([4, 1]),
        verb=torch.tensor([-1, -1]),
        clip=torch.tensor([0, 1]),
        frames=torch.arange(T).repeat(B, 1),
        gaze=torch.rand(B, T, 2, generator=generator),
        gaze_valid=torch.tensor(valid),
    )


SOME = [[True, False, True, False, False, False], [True, True, True, True, False, True]]
NONE = [[False] * T] * B


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
    seen, batch = make_seen(), make_batch(SOME)
    part = gaze_mse(seen, batch, "paper")
    total, count = slow_gaze_mse(seen.attended["Mixed_5c"].map, batch)
    assert part.count == count == 3 * 3 * 4
    assert part.total.item() == pytest.approx(total, rel=1e-5)


def test_gaze_mse_does_not_look_at_cells_without_gaze():
    seen, batch = make_seen(), make_batch(SOME)
    gaze_mse(seen, batch, "paper").total.backward()
    gradient = seen.attended["Mixed_5c"].map.grad
    assert not gradient[0, 1].any()  # frames 3 to 5 of the first clip
    assert gradient[0, 0].all()


def test_gaze_mse_without_any_gaze_is_zero_and_has_a_gradient():
    seen = make_seen()
    part = gaze_mse(seen, make_batch(NONE), "paper")
    part.total.backward()
    assert (part.total.item(), part.count.item()) == (0, 0)
    assert not seen.attended["Mixed_5c"].map.grad.any()


def test_gaze_mse_of_a_network_without_a_map_says_what_to_do():
    seen = make_seen()
    with pytest.raises(TrainingError, match="take the term out"):
        gaze_mse(Seen(seen.logits, seen.features, {}), make_batch(SOME), "paper")


def test_cross_entropy_is_the_negative_log_probability_of_the_action():
    seen, batch = make_seen(), make_batch(SOME)
    part = cross_entropy(seen, batch, "paper")
    probabilities = seen.logits.exp() / seen.logits.exp().sum(dim=1, keepdim=True)
    expected = -(probabilities[0, 4].log() + probabilities[1, 1].log())
    assert part.count == B
    assert part.total.item() == pytest.approx(expected.item(), rel=1e-5)


TERMS = [
    CrossEntropyTerm(name="cross_entropy", weight=2.0),
    GazeMseTerm(name="gaze_mse", weight=0.1),
]


def test_the_objective_is_the_weighted_sum_of_means_and_reports_each():
    seen, batch = make_seen(), make_batch(SOME)
    judged = Objective(TERMS, "paper", Group(0, 1, torch.device("cpu")))(seen, batch)
    entropy = cross_entropy(seen, batch, "paper").total.item() / B
    gaze = gaze_mse(seen, batch, "paper").total.item() / 36
    assert judged.loss.item() == pytest.approx(2 * entropy + 0.1 * gaze)
    assert judged.values.tolist() == pytest.approx([2 * entropy + 0.1 * gaze, entropy, gaze])


class Beside(Group):
    """The first of two processes; the other one's totals and counts are known."""

    def sum(self, values):
        return values + torch.tensor([[1.5, 3.0], [B, 100.0]], dtype=torch.float64)


def test_shares_are_divided_by_the_counts_of_all_processes():
    seen, batch = make_seen(), make_batch(SOME)
    judged = Objective(TERMS, "paper", Beside(0, 2, torch.device("cpu")))(seen, batch)
    entropy = cross_entropy(seen, batch, "paper").total.item()
    gaze = gaze_mse(seen, batch, "paper").total.item()
    own = 2 * entropy / (2 * B) + 0.1 * gaze / 136
    assert judged.loss.item() == pytest.approx(2 * own)  # DDP halves the gradient
    assert judged.values[1:].tolist() == pytest.approx([(entropy + 1.5) / 4, (gaze + 3) / 136])
