import pytest
import torch
from models.slow_gates import NOTHING, predictions_after_training, random_parameters, shuffled_clips
from models.slow_recurrence import assert_same_with_gradients, parameters_without_gradient

from pipeline.models.attention.attended import Attended, Context
from pipeline.models.attention.in_turn import InTurn
from pipeline.models.attention.w3 import W3
from pipeline.models.attention.w3_refinement import W3Refinement
from pipeline.models.errors import ModelError
from pipeline.models.initialise import initialise

STAGES = {"layer1.2.branch": (4, 7, 6), "layer2.3.branch": (4, 4, 3), "layer3.5.branch": (2, 3, 2)}
"""The size of each stage's mask, time first; it shrinks as on I3D."""


@pytest.fixture
def masks(generator):
    sizes = STAGES.items()
    return {
        stage: torch.rand(2, *size, generator=generator).requires_grad_() for stage, size in sizes
    }


@pytest.fixture
def features(generator):
    return torch.randn(2, 5, 2, 3, 2, generator=generator).relu().requires_grad_()


def refinement():
    return W3Refinement(channels=5, stages=list(STAGES))


def refine(module, features, masks):
    attended = {stage: Attended(features, mask) for stage, mask in masks.items()}
    return module(features, Context(attended, draws=None))


def slow_average(mask, size):
    """Adaptive average pooling: output cell i covers the cells from i n / m to (i + 1) n / m."""

    def cover(i, n, m):
        return slice(i * n // m, -(-(i + 1) * n // m))

    def cell(*index):
        axes = zip(index, mask.shape, size, strict=True)
        window = mask[tuple(cover(i, n, m) for i, n, m in axes)]
        return sum(window.flatten()) / window.numel()

    time, height, width = size
    rows = [[cell(t, i, j) for j in range(width)] for t in range(time) for i in range(height)]
    return torch.stack([value for row in rows for value in row]).view(size)


def by_the_equations(module, features, masks):
    """Equations 7 and 8, clip by clip and channel by channel."""
    clips = []
    for b, x in enumerate(features):
        stacked = [slow_average(mask[b], x.shape[1:]) for mask in masks.values()]
        channels = []
        for c, plane in enumerate(x):
            weights = module.align.weight[c].flatten()
            score = sum(w * mask for w, mask in zip(weights, stacked, strict=True))
            score = score + module.align.bias[c]
            channels.append(plane + score * (score > 0))
        clips.append(torch.stack(channels))
    return torch.stack(clips)


def test_the_refinement_equals_the_papers_equations_forward_and_backward(features, masks):
    module = random_parameters(refinement())
    assert_same_with_gradients(
        lambda: [refine(module, features, masks).features],
        lambda: [by_the_equations(module, features, masks)],
        {"features": features, **masks, **dict(module.named_parameters())},
    )


def test_its_map_is_the_last_stages_mask(features, masks):
    assert refine(refinement(), features, masks).map is masks["layer3.5.branch"]


def test_at_the_start_every_channel_is_open_and_little_is_added(features, masks):
    module = refinement()
    initialise(module, seed=3)
    added = refine(module, features, masks).features - features
    assert added.min() > 0
    assert added.max() < 0.5


def test_every_parameter_and_every_stages_mask_get_a_gradient_at_once(features, masks):
    module = refinement()
    initialise(module, seed=3)
    results = [refine(module, features, masks).features]
    assert parameters_without_gradient(module, results) == []
    assert all(mask.grad.abs().min() > 0 for mask in masks.values())


def test_one_clip_does_not_depend_on_the_others(features, masks):
    module = random_parameters(refinement())
    first = {stage: mask[:1] for stage, mask in masks.items()}
    alone, together = refine(module, features[:1], first), refine(module, features, masks)
    torch.testing.assert_close(alone.features, together.features[:1])


def test_w3_and_its_refinement_at_one_place_overfit_four_clips(generator):
    switches = {"channel": False, "spatial": True, "temporal": True}
    block = W3(channels=6, reduction=2, channel_time="depthwise", **switches)
    both = InTurn("Mixed_5c", [block, W3Refinement(channels=6, stages=["Mixed_5c"])])
    initialise(both, seed=3)
    named = predictions_after_training(
        lambda x: both(x, NOTHING).features, both.parameters(), shuffled_clips(generator)
    )
    assert named == [0, 1, 2, 3]


def test_a_stage_without_a_mask_is_named(features, masks):
    attended = {stage: Attended(features, mask) for stage, mask in masks.items()}
    attended["layer2.3.branch"] = Attended(features, map=None)
    with pytest.raises(ModelError, match=r"layer2\.3\.branch: found no spatial mask"):
        refinement()(features, Context(attended, draws=None))


def test_under_autocast_the_features_keep_their_type(features, masks):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attended = refine(random_parameters(refinement()), features.bfloat16(), masks)
    assert attended.features.dtype == torch.bfloat16
    assert attended.map.dtype == torch.float32
