import itertools

import pytest
import torch
from models.slow_gates import NOTHING, predictions_after_training, random_parameters, shuffled_clips
from models.slow_recurrence import assert_same_with_gradients, parameters_without_gradient

from pipeline.models.attention.non_local import NonLocal
from pipeline.models.initialise import initialise


def fresh_non_local(channels=4):
    module = NonLocal(channels=channels)
    initialise(module, seed=3)
    return module


@pytest.fixture
def features(generator):
    return torch.randn(2, 4, 3, 5, 4, generator=generator).requires_grad_()


def at_every_cell(x, conv):
    """A 1x1x1 convolution, cell by cell: vectors by (t, i, j)."""
    weight = conv.weight.flatten(1)
    cells = itertools.product(*(range(size) for size in x.shape[1:]))
    return {cell: weight @ x[(slice(None), *cell)] + conv.bias for cell in cells}


def halved(vectors, height, width):
    """Maxima over 2 x 2 cells of a frame; a last odd row or column is left out."""
    frames = {t for t, _, _ in vectors}
    rows, columns = (range(0, size - size % 2, 2) for size in (height, width))
    windows = [
        torch.stack([vectors[t, i + di, j + dj] for di in (0, 1) for dj in (0, 1)])
        for t, i, j in itertools.product(frames, rows, columns)
    ]
    return [window.amax(dim=0) for window in windows]


def slow_clip(x, module):
    """Equations 1, 4 and 6 on (C, T, H, W)."""
    height, width = x.shape[2:]
    keys = halved(at_every_cell(x, module.phi), height, width)
    values = halved(at_every_cell(x, module.g), height, width)
    conv, bn = module.W
    y = x.clone()
    for cell, query in at_every_cell(x, module.theta).items():
        weights = [query.dot(key).exp() for key in keys]
        gathered = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
        z = conv.weight.flatten(1) @ gathered + conv.bias
        z = (z - bn.running_mean) / (bn.running_var + 1e-5).sqrt() * bn.weight + bn.bias
        y[(slice(None), *cell)] = x[(slice(None), *cell)] + z
    return y


def test_the_block_equals_the_papers_equations_forward_and_backward(features):
    module = random_parameters(NonLocal(channels=4)).eval()
    assert_same_with_gradients(
        lambda: [module(features, NOTHING).features],
        lambda: [torch.stack([slow_clip(clip, module) for clip in features])],
        {"features": features, **dict(module.named_parameters())},
    )


def test_one_clip_does_not_depend_on_the_others(features):
    module = random_parameters(NonLocal(channels=4)).eval()
    alone, together = module(features[:1], NOTHING), module(features, NOTHING)
    torch.testing.assert_close(alone.features, together.features[:1])


def test_a_fresh_block_changes_nothing_and_has_no_map(features):
    attended = fresh_non_local()(features, NOTHING)
    assert torch.equal(attended.features, features)
    assert attended.map is None


def test_a_change_in_one_frame_reaches_all_others(features):
    module = random_parameters(NonLocal(channels=4)).eval()
    changed = features.detach().clone()
    changed[:, :, 0] += 1
    difference = (module(changed, NOTHING).features - module(features, NOTHING).features).abs()
    assert difference[:, :, 2].amax(dim=1).min() > 1e-6


def test_every_parameter_that_softmax_heeds_gets_a_gradient_from_the_second_step_on(features):
    """The bias of phi adds the same to all scores of a query, which softmax does not see; W's bias
    is taken off again by the batch norm."""
    module = fresh_non_local()
    idle = parameters_without_gradient(module, [module(features, NOTHING).features])
    assert set(dict(module.named_parameters())) - set(idle) == {"W.1.weight", "W.1.bias"}
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    module(features, NOTHING).features.square().sum().backward()
    sizes = {name: p.grad.abs().sum().item() for name, p in module.named_parameters()}
    assert all(size > 1e-5 for name, size in sizes.items() if name not in ("phi.bias", "W.0.bias"))


def test_the_block_overfits_four_clips_that_have_the_same_average(generator):
    module, clips = fresh_non_local(channels=6).eval(), shuffled_clips(generator)
    named = predictions_after_training(
        lambda x: module(x, NOTHING).features, module.parameters(), clips
    )
    assert named == [0, 1, 2, 3]


@pytest.mark.parametrize("size", [(1, 6), (6, 1), (1, 1), (7, 7)])
def test_any_size_of_map_will_do(size, generator):
    x = torch.randn(2, 4, 3, *size, generator=generator)
    assert random_parameters(NonLocal(channels=4))(x, NOTHING).features.shape == x.shape


def test_under_autocast_the_result_stays_near(features):
    module = random_parameters(NonLocal(channels=4)).eval()
    expected = module(features, NOTHING).features
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(
            module(features, NOTHING).features, expected, atol=0.1, rtol=0.05
        )
