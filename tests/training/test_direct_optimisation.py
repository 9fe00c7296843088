import pytest
import torch
from models.iga_network import CHANNELS, VIDEO, ClipNoise, make_network
from torch.nn import functional as F
from training.iga_look import make_batch, make_look

from pipeline.models.heads.clip import ClipHead
from pipeline.models.heads.windows import WindowsHead
from pipeline.training.errors import TrainingError
from pipeline.training.term_params import CrossEntropyTerm, DirectOptimisationTerm, GazeKlTerm
from pipeline.training.terms.cross_entropy import cross_entropy
from pipeline.training.terms.direct_optimisation import anneal, direct_gradient, direct_optimisation
from pipeline.training.terms.gaze_kl import gaze_kl
from pipeline.training.terms.perturbed_losses import perturbed_losses

TERM = DirectOptimisationTerm(name="direct_optimisation", weight=1.0)
LAST, EARLIER = ("Mixed_5c", (2, 2, 2)), ("Mixed_4f", (3, 3, 3))
ACTIONS = [2, 0, 1]


@pytest.fixture
def clips(generator):
    return torch.randn(3, *VIDEO, generator=generator)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(5)


def see(network, clips, seeds=(3, 4, 5), actions=ACTIONS, dropped=(), **options):
    """What a network saw in clips, each with the noise of its own seed."""
    seen = network(clips, ClipNoise(seeds, dropped))
    return make_look(network, seen, make_batch(actions, VIDEO[1]), **options)


def losses_by_hand(look, place):
    """The loss of every clip, step and cell, by a forward pass of its own."""
    network, attended = look.model, look.seen.attended[place]
    iga, h = network.attention[place], attended.before
    batch, steps = attended.cells.shape
    cells = iga.grid[1] * iga.grid[2]
    losses = torch.zeros(batch, steps, cells)
    for b in range(batch):
        for n in range(steps):
            for k in range(cells):
                chosen = attended.cells[b].clone()
                chosen[n] = k
                z = F.one_hot(chosen, cells).float().flatten()
                w = torch.sigmoid(iga.fc.weight @ z + iga.fc.bias).view(iga.grid)
                x = (h[b] * w + h[b])[None]
                layers = dict(network.backbone.named_children())
                for name in list(layers)[list(layers).index(place) + 1 :]:
                    x = layers[name](x)
                logits = network.head(x, None).logits
                losses[b, n, k] = -logits[0].log_softmax(0)[look.labels[b]]
    return losses


def stir(network):
    """Move what starts at zero or one, and make the losses of cells differ."""
    generator = torch.Generator().manual_seed(8)
    for name, tensor in network.state_dict().items():
        if tensor.ndim == 1:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.3)
        if ".fc.weight" in name:
            tensor.mul_(5)
    return network


@pytest.mark.parametrize(
    ("site", "head"), [(LAST, ClipHead), (LAST, WindowsHead), (EARLIER, ClipHead)]
)
def test_the_losses_of_all_cells_equal_forward_passes_one_by_one(clips, site, head):
    network = stir(make_network(*site, head=head)).eval()
    look = see(network, clips)
    place = site[0]
    with torch.no_grad():
        losses = perturbed_losses(look, place, look.seen.attended[place])
        expected = losses_by_hand(look, place)
    torch.testing.assert_close(losses, expected, rtol=1e-5, atol=1e-5)
    assert (losses.amax(dim=2) - losses.amin(dim=2)).max() > 0.1


@pytest.mark.parametrize("site", [LAST, EARLIER])
def test_a_network_in_training_is_left_as_it_was(clips, site):
    network = make_network(*site).train()
    look = see(network, clips, dropped=[1])
    before = {name: value.clone() for name, value in network.state_dict().items()}
    losses = perturbed_losses(look, site[0], look.seen.attended[site[0]])
    assert all(torch.equal(before[name], x) for name, x in network.state_dict().items())
    assert all(module.training for module in network.modules())
    assert not losses.requires_grad


@pytest.mark.parametrize("site", [LAST, EARLIER])
def test_a_batch_equals_its_clips_one_by_one(clips, site):
    network = stir(make_network(*site)).eval()

    def gradient(chosen):
        look = see(network, clips[chosen], [3 + b for b in chosen], [ACTIONS[b] for b in chosen])
        logits = look.seen.attended[site[0]].gaze_logits
        total = direct_optimisation(look, TERM).total
        return total, torch.autograd.grad(total, logits)[0]

    total, whole = gradient([0, 1, 2])
    singles = [gradient([b]) for b in range(3)]
    assert whole.any()
    assert torch.equal(whole, torch.cat([grad for _, grad in singles]))
    torch.testing.assert_close(total, sum(single for single, _ in singles))


def test_its_gradient_is_the_direction_and_reaches_the_gaze_branch_alone(clips):
    network = stir(make_network()).eval()
    look = see(network, clips)
    attended = look.seen.attended["Mixed_5c"]
    part = direct_optimisation(look, TERM)
    made = [attended.gaze_logits, attended.before, look.seen.last]
    logits, *others = torch.autograd.grad(part.total, made, retain_graph=True, allow_unused=True)
    losses = perturbed_losses(look, "Mixed_5c", attended)
    direction = direct_gradient(attended.perturbed_logits.flatten(2), losses, 1000.0)
    torch.testing.assert_close(logits.flatten(2), direction)
    assert others == [None, None]
    part.total.backward()
    idle = [network.attention["Mixed_5c"].fc, network.head, network.backbone.Mixed_5c]
    assert all(p.grad is None for module in idle for p in module.parameters())
    assert network.backbone.Mixed_4f.b0.conv3d.weight.grad.any()


def test_its_value_lies_between_zero_and_what_a_better_look_would_save(clips):
    network = stir(make_network()).eval()
    look = see(network, clips)
    attended = look.seen.attended["Mixed_5c"]
    losses = perturbed_losses(look, "Mixed_5c", attended)
    drawn = losses.gather(2, attended.cells[:, :, None]).squeeze(2)
    value = direct_optimisation(look, TERM).total
    assert 0 < value <= (drawn - losses.amin(dim=2)).sum() + 1e-5


def test_a_clip_without_a_class_stays_out(clips):
    network = stir(make_network()).eval()
    look = see(network, clips, actions=[2, -1, 1])
    part = direct_optimisation(look, TERM)
    logits = look.seen.attended["Mixed_5c"].gaze_logits
    gradient = torch.autograd.grad(part.total, logits)[0]
    assert part.count == 2
    assert not gradient[1].any()
    assert gradient[0].any()


@pytest.mark.parametrize(
    ("iteration", "epsilon"),
    [(0, 1000), (99, 1000), (100, 904.837), (7700, 0.452827), (9299, 0.101), (9300, 0.1)],
)
def test_epsilon_falls_every_hundred_iterations_as_in_the_authors_code(iteration, epsilon):
    found = anneal(iteration, start=1000.0, rate=1e-3, every=100, floor=0.1)
    assert found == pytest.approx(epsilon, rel=1e-2)


STEPS, CELLS, SAMPLES = 2, 4, 20_000
EPSILONS = (1000.0, 10.0, 1.0, 0.1)


@pytest.fixture
def lattice():
    """π of two steps of 2 x 2 cells, and the loss of each of the 16 choices."""
    generator = torch.Generator().manual_seed(2)
    logits = torch.randn(STEPS, CELLS, generator=generator, dtype=torch.float64)
    weight = 3 * torch.randn(STEPS * CELLS, STEPS * CELLS, generator=generator)
    h = torch.rand(CHANNELS, STEPS * CELLS, generator=generator)
    classifier = 2 * torch.randn(3, CHANNELS, generator=generator)
    table = torch.zeros(CELLS, CELLS, dtype=torch.float64)
    for first in range(CELLS):
        for second in range(CELLS):
            w = (weight[:, first] + weight[:, CELLS + second]).sigmoid()
            scores = classifier @ (h * w + h).mean(dim=1)
            table[first, second] = -scores.log_softmax(0)[1]
    return logits, table


def exact_gradient(logits, table):
    """The derivative of the loss's mean over all 16 choices."""
    logits = logits.clone().requires_grad_()
    first, second = logits.softmax(dim=-1)
    return torch.autograd.grad(first @ table @ second, logits)[0]


def exact_mean(logits, table, epsilon):
    """The estimator's mean, by enumeration of the other step and the softmax of each choice."""
    means = torch.zeros_like(logits)
    shares = logits.softmax(dim=-1)
    for n, losses in enumerate((table.T, table)):  # rows: the other step's cell
        for other in range(CELLS):
            moved = (logits[n] - epsilon * losses[other]).softmax(dim=-1)
            means[n] += shares[1 - n, other] * (shares[n] - moved) / epsilon
    return means


def sample(logits, table, epsilon, seed):
    generator = torch.Generator().manual_seed(seed)
    uniform = torch.rand(SAMPLES, STEPS, CELLS, generator=generator, dtype=torch.float64)
    scores = logits - (-uniform.log()).log()
    cells = scores.argmax(dim=-1)
    losses = torch.stack([table.T[cells[:, 1]], table[cells[:, 0]]], dim=1)  # (samples, T, M)
    return direct_gradient(scores, losses, epsilon).double()


def test_the_estimator_has_the_enumerated_mean_and_its_bias_falls_with_epsilon(lattice):
    truth = exact_gradient(*lattice)
    rows = []
    for seed, epsilon in enumerate(EPSILONS):
        estimates = sample(*lattice, epsilon, seed)
        mean, variance = estimates.mean(dim=0), estimates.var(dim=0)
        expected = exact_mean(*lattice, epsilon)
        error = (variance / SAMPLES).sqrt()
        assert ((mean - expected).abs() <= 4.5 * error + 1e-12).all()
        size = truth.norm().item()
        bias, off = (expected - truth).norm().item(), (mean - truth).norm().item()
        noise, spread = error.norm().item(), variance.sum().item()
        rows.append((epsilon, bias / size, off / size, noise / size, spread / size**2))
    print("\nas shares of the gradient's norm\nepsilon  bias     off      error    variance")
    for row in rows:
        print("{:7g}  {:.5f}  {:.5f}  {:.5f}  {:.5f}".format(*row))
    biases, variances = [row[1] for row in rows], [row[4] for row in rows]
    assert biases[0] > 0.95  # next to nothing is left of the gradient
    assert biases == sorted(biases, reverse=True)
    assert biases[2] / biases[3] == pytest.approx(10, rel=0.25)  # of order epsilon
    assert variances == sorted(variances)
    assert rows[-1][2] < 3 * rows[-1][3]  # at 0.1 the bias is lost in the sampling error


def test_the_estimators_variance_grows_as_one_over_epsilon(lattice):
    variances = [sample(*lattice, epsilon, 7).var(dim=0).sum() for epsilon in (0.1, 0.01)]
    assert variances[1] / variances[0] == pytest.approx(10, rel=0.3)


def test_every_parameter_learns_but_the_bias_that_all_cells_share(clips):
    network = stir(make_network()).eval()  # batch statistics would cancel the biases before them
    look = see(network, clips)
    terms = [
        cross_entropy(look, CrossEntropyTerm(name="cross_entropy", weight=1.0)),
        gaze_kl(look, GazeKlTerm(name="gaze_kl", weight=1.0)),
        direct_optimisation(look, TERM),
    ]
    sum(term.total / term.count for term in terms).backward()
    idle = [n for n, p in network.named_parameters() if not (p.grad.abs() > 1e-7).any()]
    assert idle == ["attention.Mixed_5c.gaze.g3.bias"]


def test_a_network_without_iga_is_told_what_to_do(clips):
    look = see(make_network(), clips)
    look.seen.attended.clear()
    with pytest.raises(TrainingError, match=r"choose model.attention iga"):
        direct_optimisation(look, TERM)
