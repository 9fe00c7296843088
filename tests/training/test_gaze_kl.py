import pytest
import torch
from models.iga_network import make_network
from training.iga_look import make_batch, make_look

from pipeline.models.attention.attended import Attended
from pipeline.models.attention.iga import IgaAttended
from pipeline.models.recognizer import Seen
from pipeline.training.errors import TrainingError
from pipeline.training.term_params import GazeKlTerm
from pipeline.training.terms.gaze_kl import gaze_kl

TERM = GazeKlTerm(name="gaze_kl", weight=1.0)
B, T, GRID = 2, 6, (2, 3, 4)


@pytest.fixture
def logits():
    generator = torch.Generator().manual_seed(1)
    return (3 * torch.randn(B, *GRID, generator=generator)).requires_grad_()


@pytest.fixture
def look(logits):
    """Return a maker of looks at clips with gaze in all frames, or in some."""
    features = torch.zeros(B, 1, *GRID)
    attended = IgaAttended(
        features=features,
        map=None,
        gaze_logits=logits,
        perturbed_logits=logits,
        cells=logits.detach().flatten(2).argmax(-1),
        before=features,
    )

    def make(gaze_valid=True, *, compat="paper", points=None, attended=attended):
        batch = make_batch([0, 1], T, gaze_valid, points)
        places = {"Mixed_5c": attended}
        seen = Seen(torch.zeros(B, 3), torch.zeros(B, 1), places, features, {})
        return make_look(make_network(), seen, batch, compat=compat)

    return make


SOME = [[True, True, False, False, False, False], [True, False, True, False, True, True]]


def cell_of(point):
    return int(point[1] * GRID[1]) * GRID[2] + int(point[0] * GRID[2])


def test_under_released_it_is_the_negative_log_probability_of_the_first_frames_cells(look, logits):
    seen = look(SOME, compat="released")
    part = gaze_kl(seen, TERM)
    steps = [
        (0, 0, 0),
        (1, 0, 0),
    ]  # clip, step, frame; frame 3 starts the second step, without gaze
    expected = [
        -logits[b, s].flatten().softmax(0)[cell_of(seen.batch.gaze[b, t])].log()
        for b, s, t in steps
    ]
    assert part.count == 2
    assert part.total.item() == pytest.approx(sum(expected).item(), rel=1e-5)


def test_where_a_steps_gaze_rests_it_is_the_negative_log_probability_of_its_cell(look, logits):
    point = torch.tensor([0.6, 0.5])
    part = gaze_kl(look(SOME, points=point), TERM)
    chosen = [logits[0, 0], logits[1, 0], logits[1, 1]]
    expected = [-x.flatten().softmax(0)[cell_of(point)].log() for x in chosen]
    assert part.count == 3
    assert part.total.item() == pytest.approx(sum(expected).item(), rel=1e-5)


def test_it_is_zero_where_the_estimate_is_the_share_of_gaze_in_each_cell(look, logits):
    points = torch.tensor([[0.1, 0.1], [0.9, 0.9], [0.9, 0.9]]).repeat(2, 1)
    with torch.no_grad():
        logits.fill_(-40)
        logits[:, :, 0, 0] = torch.tensor(1 / 3).log()
        logits[:, :, 2, 3] = torch.tensor(2 / 3).log()
    assert gaze_kl(look(points=points), TERM).total.item() == pytest.approx(0, abs=1e-5)


def test_its_gradient_is_the_estimate_minus_the_target_and_zero_without_gaze(look, logits):
    seen = look(SOME, compat="released")
    gaze_kl(seen, TERM).total.backward()
    expected = logits[0, 0].detach().flatten().softmax(0)
    expected[cell_of(seen.batch.gaze[0, 0])] -= 1
    torch.testing.assert_close(logits.grad[0, 0].flatten(), expected)
    assert not logits.grad[:, 1].any()


def test_a_batch_without_gaze_gives_zero_and_has_a_gradient(look, logits):
    part = gaze_kl(look(gaze_valid=False), TERM)
    part.total.backward()
    assert (part.total.item(), part.count.item()) == (0, 0)
    assert not logits.grad.any()


def test_a_network_without_iga_is_told_what_to_do(look):
    plain = Attended(torch.zeros(B, 1, *GRID), map=None)
    with pytest.raises(TrainingError, match=r"choose model.attention iga"):
        gaze_kl(look(attended=plain), TERM)
