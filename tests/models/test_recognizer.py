import pytest
import torch
from torch.nn import functional as F

PLAIN = ("none", "stam")


@pytest.mark.parametrize("attention", PLAIN)
@pytest.mark.parametrize("video", [(16, 56, 56), (8, 64, 64)])
def test_the_demo_size_gives_one_score_a_class(build, generator, attention, video):
    recognizer = build(width=0.25, attention=attention, after=["Mixed_5c"])
    seen = recognizer(torch.randn(2, 3, *video, generator=generator))
    assert seen.logits.shape == (2, 3)
    assert seen.features.shape == (2, recognizer.backbone.channels)


def test_without_attention_there_is_no_map_and_nothing_changes(build, generator):
    video = torch.randn(2, 3, 8, 32, 40, generator=generator)
    nowhere, uniform = build().eval(), build(after=["Mixed_4f"]).eval()
    seen = uniform(video)
    assert seen.attended["Mixed_4f"].map is None
    assert torch.equal(seen.logits, nowhere(video).logits)


def test_attention_changes_only_what_comes_after_its_place(build, generator):
    video = torch.randn(2, 3, 16, 64, 96, generator=generator)
    plain = build(after=["Mixed_4f"]).eval()(video)
    gated = build(attention="stam", after=["Mixed_4f"]).eval()(video)
    before, gate = plain.attended["Mixed_4f"].features, gated.attended["Mixed_4f"]
    assert gate.map.shape == (2, 4, 4, 6)
    torch.testing.assert_close(gate.features, before * gate.map.unsqueeze(1))
    assert not torch.allclose(plain.logits, gated.logits)


def test_attention_at_several_places_gates_each(build, generator):
    places = ["Mixed_5c", "Mixed_3b", "Mixed_4e"]
    recognizer = build(attention="stam", after=places)
    seen = recognizer(torch.randn(2, 3, 8, 32, 40, generator=generator))
    assert list(seen.attended) == ["Mixed_3b", "Mixed_4e", "Mixed_5c"]
    assert all(attended.map.max() == 1 for attended in seen.attended.values())


def test_scores_features_and_map_are_float32_under_autocast(build, generator):
    recognizer = build(attention="stam", after=["Mixed_5c"])
    with torch.autocast("cpu", torch.bfloat16):
        seen = recognizer(torch.randn(2, 3, 8, 32, 64, generator=generator))
    attended = seen.attended["Mixed_5c"]
    assert attended.features.dtype == torch.bfloat16
    assert {seen.logits.dtype, seen.features.dtype, attended.map.dtype} == {torch.float32}


@pytest.mark.parametrize("attention", PLAIN)
def test_a_network_overfits_one_batch_of_four(build, generator, attention):
    recognizer = build(attention=attention, after=["Mixed_5c"], num_classes=4)
    video, label = torch.randn(4, 3, 8, 32, 32, generator=generator), torch.arange(4)
    optimizer = torch.optim.SGD(recognizer.parameters(), lr=0.02, momentum=0.9)
    for _ in range(12):
        loss = F.cross_entropy(recognizer(video).logits, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.1
