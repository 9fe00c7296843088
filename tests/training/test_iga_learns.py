import pytest
import torch
from models.iga_network import VIDEO, ClipNoise, make_network
from torch.nn import functional as F
from training.iga_look import make_batch, make_look

from pipeline.gaze.cells import gaze_cells
from pipeline.training.term_params import DirectOptimisationTerm, GazeKlTerm
from pipeline.training.terms.direct_optimisation import direct_optimisation
from pipeline.training.terms.gaze_kl import gaze_kl

KL = GazeKlTerm(name="gaze_kl", weight=1.0)
DIRECT = DirectOptimisationTerm(
    name="direct_optimisation", weight=1.0, epsilon_rate=0.4, epsilon_every=1
)
ACTIONS = [0, 1, 2, 0]


@pytest.mark.parametrize(("place", "grid"), [("Mixed_5c", (2, 2, 2)), ("Mixed_4f", (3, 3, 3))])
def test_iga_overfits_four_clips_and_finds_their_gaze(place, grid):
    generator = torch.Generator().manual_seed(0)
    clips = torch.randn(4, *VIDEO, generator=generator)
    network = make_network(place, grid).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    batch = make_batch(ACTIONS, VIDEO[1], points=torch.rand(4, 1, 2, generator=generator))
    for iteration in range(16):
        seen = network(clips, ClipNoise(range(4 * iteration, 4 * iteration + 4)))
        look = make_look(network, seen, batch, iteration=iteration)
        parts = [gaze_kl(look, KL), direct_optimisation(look, DIRECT)]
        loss = F.cross_entropy(seen.logits, batch.action)
        optimizer.zero_grad()
        (loss + sum(part.total / part.count for part in parts)).backward()
        optimizer.step()
    seen = network(clips)
    assert seen.logits.argmax(dim=1).tolist() == ACTIONS
    gaze = gaze_cells(batch.gaze, batch.gaze_valid, grid, "paper").map.flatten(2).argmax(dim=-1)
    assert torch.equal(seen.attended[place].cells, gaze)
