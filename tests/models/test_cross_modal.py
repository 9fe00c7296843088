import pytest
import torch
from models.slow_lsta import by_the_equations as lsta_by_the_equations
from models.slow_recurrence import (
    assert_same_with_gradients,
    parameters_without_gradient,
    random_module,
    slow_activation,
    slow_conv,
    slow_conv_lstm,
    slow_mean,
    slow_softmax,
)
from models.tiny_streams import (
    CHANNELS,
    CLASSES,
    FRAMES,
    LAST,
    STACK,
    TAP,
    tiny_flow,
    tiny_rgb,
    tiny_videos,
)

from pipeline.models.attention.conv_lstm import ConvLstmCell
from pipeline.models.backbones.features_at import features_at
from pipeline.models.errors import ModelError
from pipeline.models.folding import stack_frames
from pipeline.models.initialise import initialise
from pipeline.models.two_stream.cross_modal import CrossModal
from pipeline.models.two_stream.embedding import Embedding


@pytest.fixture
def network():
    return random_module(CrossModal(tiny_rgb(), tiny_flow(), FRAMES), seed=3)


@pytest.fixture
def videos(generator):
    return tiny_videos(generator)


def slow_biases(network, motion):
    """(i, f, c), each (B, K, H, W), of flow's features (B, C, H, W)."""
    convs = network.flow_biases
    gates = (convs.conv_i, convs.conv_f, convs.conv_c)
    return torch.stack([torch.stack([slow_conv(x, conv) for x in motion]) for conv in gates])


def slow_summary(network, frames):
    """One clip's frames (C, H, W), cell by cell."""
    conv = network.summary.conv
    result = torch.zeros_like(frames[0])
    for k in range(CHANNELS):
        weights = conv.weight[k, :, :, 0, 0]  # (C, T)
        total = sum((weights[:, t, None, None] * frame).sum(0) for t, frame in enumerate(frames))
        result[k] = total + conv.bias[k]
    return result.clamp(min=0)


def slow_embedding(embedding, x, summary):
    """The memory of a whole ConvLSTM after one step from zeros; its other gates are random."""
    cell = ConvLstmCell(channels=CHANNELS, view_channels=CHANNELS, memory=CHANNELS, kernel_size=3)
    random_module(cell, seed=9)
    cell.conv_i_x, cell.conv_c_x = embedding.conv_i_x, embedding.conv_c_x
    input_bias = slow_conv(summary, embedding.conv_i_s)
    innovation_bias = slow_conv(summary, embedding.conv_c_s)
    biases = (input_bias, torch.ones_like(input_bias), innovation_bias)
    return slow_conv_lstm(cell, [x], biases)[0][1]


def slow_attention(pool, x):
    """Flow's features (C, H, W) times the map of their category."""
    return x * slow_softmax(slow_activation(x, pool.weight, pool.bias))


def slow_logits(head, memory):
    mean = slow_mean(memory)
    return torch.stack([row.dot(mean) for row in head.linear.weight]) + head.linear.bias


def by_the_paper(network, rgb, flow):
    places = {TAP, LAST}
    appearance = features_at(network.rgb.backbone, rgb, places)
    motion = features_at(network.flow.backbone, stack_frames(flow, STACK), places)[LAST][:, :, 0]
    memories, maps = lsta_by_the_equations(
        network.rgb.attention_at(LAST),
        appearance[TAP],
        appearance[LAST],
        "paper",
        slow_biases(network, motion),
    )
    pool = network.flow.attention_at(LAST).pool
    logits = []
    for memory, frames, x in zip(memories[:, :, 0], appearance[LAST], motion, strict=True):
        summary = slow_summary(network, frames.unbind(dim=1))
        embedded = slow_embedding(network.embedding, slow_attention(pool, x), summary)
        of_rgb = slow_logits(network.rgb.head, memory)
        logits.append((of_rgb + slow_logits(network.flow.head, embedded)) / 2)
    return torch.stack(logits), maps


def results(seen):
    return seen.logits, seen.attended[f"rgb.{LAST}"].map


def test_cross_modal_fusion_equals_section_5_3_forward_and_backward(network, videos):
    assert_same_with_gradients(
        lambda: results(network(*videos)),
        lambda: by_the_paper(network, *videos),
        dict(network.named_parameters()),
    )


def test_each_stream_steers_the_others_memory(network, videos):
    rgb, flow = videos
    seen = network(rgb, flow)
    other_flow, other_rgb = network(rgb, flow + 1), network(rgb + 1, flow)
    of_rgb, of_flow = f"rgb.{LAST}", f"flow.{LAST}"
    assert torch.equal(seen.attended[of_rgb].map, other_flow.attended[of_rgb].map)
    assert not torch.allclose(seen.attended[of_rgb].features, other_flow.attended[of_rgb].features)
    assert torch.equal(seen.attended[of_flow].features, other_rgb.attended[of_flow].features)
    moved = (seen.features - other_rgb.features).abs().sum(dim=0) > 0  # flow's come first
    assert moved[:CHANNELS].all()


def test_before_training_rgb_remembers_what_it_does_alone(videos):
    network = CrossModal(tiny_rgb(), tiny_flow(), FRAMES)
    initialise(network, seed=2)
    alone = network.rgb(videos[0])
    together = network(*videos).attended[f"rgb.{LAST}"]
    assert torch.equal(together.features, alone.attended[LAST].features)


def test_every_parameter_gets_a_gradient_from_the_start(videos):
    network = CrossModal(tiny_rgb(), tiny_flow(), FRAMES)
    initialise(network, seed=2)
    assert parameters_without_gradient(network, [network(*videos).logits]) == []


def test_a_clip_does_not_depend_on_the_others(network, videos):
    alone = network(*(video[1:] for video in videos))
    torch.testing.assert_close(alone.logits, network(*videos).logits[1:])


def test_flow_without_attention_is_embedded_as_it_is(videos):
    network = random_module(CrossModal(tiny_rgb(), tiny_flow({}), FRAMES), seed=3)
    flow = stack_frames(videos[1], STACK)
    motion = features_at(network.flow.backbone, flow, {LAST})[LAST]
    attended = network(*videos).attended[f"flow.{LAST}"]
    assert attended.map is None
    torch.testing.assert_close(attended.features, motion)


def test_each_of_several_stacks_has_a_memory_of_its_own(generator):
    embedding = random_module(Embedding(channels=3, summary=2, memory=4), seed=1)
    x = torch.randn(2, 3, 3, 5, 6, generator=generator)
    summary = torch.randn(2, 2, 5, 6, generator=generator)
    memories = embedding(x, summary)
    assert memories.shape == (2, 4, 3, 5, 6)
    for t in range(3):
        torch.testing.assert_close(embedding(x[:, :, t : t + 1], summary), memories[:, :, t, None])


def test_dropped_features_do_not_count(network, videos, draws):
    seen = network(*videos, draws(2))
    kept = torch.tensor([0.0, 2.0, 0.0])
    of_flow, of_rgb = seen.features.split(CHANNELS, dim=1)
    heads = network.flow.head.linear, network.rgb.head.linear
    expected = (heads[0](of_flow * kept) + heads[1](of_rgb * kept)) / 2
    torch.testing.assert_close(seen.logits, expected)


def test_scores_are_float32_in_autocast(network, videos):
    with torch.autocast("cpu", torch.bfloat16):
        seen = network(*videos)
    assert {seen.logits.dtype, seen.features.dtype} == {torch.float32}
    assert torch.isfinite(seen.logits).all()


def test_another_number_of_frames_is_refused_with_what_to_set(network, videos):
    with pytest.raises(ModelError, match=r"found 3 frames, expected 4.*frames: 3"):
        network(videos[0][:, :, :3], videos[1])


def test_rgb_without_lsta_has_no_gates_to_steer():
    with pytest.raises(ModelError, match=r"choose model\.attention lsta"):
        CrossModal(tiny_rgb({}), tiny_flow(), FRAMES)


def test_the_network_overfits_four_clips(generator):
    videos = tiny_videos(generator, clips=4)
    network = CrossModal(tiny_rgb(), tiny_flow(), FRAMES)
    initialise(network, seed=2)
    labels = torch.arange(4) % CLASSES
    optimizer = torch.optim.Adam(network.parameters(), lr=0.1)
    for _ in range(20):
        logits = network(*videos).logits
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()
    assert torch.equal(logits.argmax(dim=1), labels)
