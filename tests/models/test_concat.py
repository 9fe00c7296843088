import pytest
import torch
from models.slow_recurrence import parameters_without_gradient, random_module
from models.tiny_streams import CHANNELS, CLASSES, LAST, tiny_flow, tiny_rgb, tiny_videos

from pipeline.models.heads.pooled import PooledHead
from pipeline.models.initialise import initialise
from pipeline.models.two_stream.concat import Concat


def make_concat():
    rgb, flow = tiny_rgb(), tiny_flow()
    rgb.head, flow.head = PooledHead(), PooledHead()
    return Concat(rgb, flow, CLASSES)


@pytest.fixture
def network():
    return random_module(make_concat(), seed=3)


@pytest.fixture
def videos(generator):
    return tiny_videos(generator)


def slow_mean(x):
    """Return the mean over all cells and frames of a clip (C, T, H, W)."""
    cells = [cell for channel in x for cell in [channel.flatten()]]
    return torch.stack([sum(cell) / len(cell) for cell in cells])


def test_the_classifier_sees_flows_features_and_then_rgbs(network, videos):
    memory = network.rgb(videos[0]).attended[LAST].features
    motion = network.flow(videos[1]).last
    rows = [
        torch.cat([slow_mean(of_flow), slow_mean(of_rgb)])
        for of_flow, of_rgb in zip(motion, memory, strict=True)
    ]
    seen = network(*videos)
    torch.testing.assert_close(seen.features, torch.stack(rows))
    weight, bias = network.fc2.weight, network.fc2.bias
    torch.testing.assert_close(seen.logits, torch.stack([weight @ row + bias for row in rows]))


def test_dropout_is_one_over_both_streams(network, videos, draws):
    seen = network(*videos, draws(2))
    kept = torch.tensor([0.0, 2.0] * CHANNELS)
    torch.testing.assert_close(seen.logits, network.fc2(seen.features * kept))


def test_every_parameter_gets_a_gradient(videos):
    network = make_concat()
    initialise(network, seed=2)
    assert parameters_without_gradient(network, [network(*videos).logits]) == []


def test_a_clip_does_not_depend_on_the_others(network, videos):
    alone = network(*(video[1:] for video in videos))
    torch.testing.assert_close(alone.logits, network(*videos).logits[1:])


def test_rgbs_map_is_the_one_that_is_kept(network, videos):
    seen = network(*videos)
    maps = [attended.map for attended in seen.attended.values() if attended.map is not None]
    assert list(seen.attended) == [f"flow.{LAST}", "rgb.conv", f"rgb.{LAST}"]
    assert torch.equal(maps[-1], network.rgb(videos[0]).attended[LAST].map)


def test_scores_are_float32_in_autocast(network, videos):
    with torch.autocast("cpu", torch.bfloat16):
        seen = network(*videos)
    assert {seen.logits.dtype, seen.features.dtype} == {torch.float32}
