"""What holds of every attention, whatever it computes."""

import pytest
import torch
from torch.nn import functional as F

from pipeline.models.attention_params import ATTENTIONS
from pipeline.models.backbone_facts import FACTS
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Seen

CLIP = (3, 16, 40, 40)
HOMES = {"iga": "i3d", "stam": "i3d", "none": "i3d", "san": "inception2d"}
INCEPTIONS = {"i3d", "inception2d"}
OPTIONS = {
    ("iga", "i3d"): {"grid": (2, 2, 2)},
    ("iga", "inception2d"): {"grid": (16, 2, 2)},
    ("lsta", "resnet34"): {"pool_size": 5, "num_categories": 6},
}
GATES = {"w3", "cbam"}
WITHOUT_MAP = {"none", "nonlocal", "eleatt"}

NO_GRADIENT = {
    # π passes through an argmax; its gradient is that of the losses gaze_kl and direct_optimisation
    "iga": ("gaze.",),
    # the last output gate of a ConvLSTM acts on no later frame, and with one map nothing recurs
    # in time; a constant added before a softmax changes nothing
    "nonlocal": ("phi.bias", "W.0.bias"),
}


def config_of(attention, backbone=None, **changes) -> ModelConfig:
    backbone = backbone or HOMES.get(attention, "resnet34")
    facts = FACTS[backbone]
    after = "branches" if attention in GATES else "last"
    values = {
        "backbone": backbone,
        "width": 0.125,
        "attention": {"name": attention, **OPTIONS.get((attention, backbone), {})},
        "after": [] if attention == "none" else [after],
        "head": facts.head if attention in {"none", "stam", "w3", "cbam", "nonlocal"} else "clip",
        "normalisation": facts.rgb,
        "compat": "paper",
        "dropout": 0.5,
    }
    return ModelConfig.model_validate({**values, **changes})


def make(attention, num_classes=4, **changes):
    return build_recognizer(config_of(attention, **changes), 3, num_classes, seed=2)


def clips(count: int) -> torch.Tensor:
    return torch.randn(count, *CLIP, generator=torch.Generator().manual_seed(5))


def last_map(seen: Seen) -> torch.Tensor | None:
    maps = [attended.map for attended in seen.attended.values() if attended.map is not None]
    return maps[-1] if maps else None


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_clips_scores_and_map_do_not_depend_on_the_others_of_its_batch(attention):
    network = make(attention).eval()
    video = clips(3)
    with torch.no_grad():
        together, alone = network(video), network(video[1:2])
    torch.testing.assert_close(together.logits[1:2], alone.logits, rtol=1e-4, atol=1e-5)
    if attention not in WITHOUT_MAP:
        torch.testing.assert_close(last_map(together)[1:2], last_map(alone), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("attention", sorted(set(ATTENTIONS) - WITHOUT_MAP))
def test_maps_are_float32_never_negative_and_differ_between_clips(attention):
    network = make(attention)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        found = last_map(network(clips(2)))
    assert found.dtype == torch.float32
    assert found.min() >= 0
    assert attention in GATES or not torch.equal(found[0], found[1])  # gates start constant


@pytest.mark.parametrize("attention", sorted(WITHOUT_MAP))
def test_methods_without_a_map_say_so(attention):
    with torch.no_grad():
        assert last_map(make(attention)(clips(1))) is None


@pytest.mark.slow
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_four_clips_can_be_learnt_by_heart_and_everything_learns(attention, draws):
    network = make(attention)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    video, label = clips(4), torch.arange(4)
    moved = {name: torch.zeros(()) for name, _ in network.named_parameters()}
    for _ in range(40):
        loss = F.cross_entropy(network(video).logits, label)
        optimizer.zero_grad()
        loss.backward()
        for name, parameter in network.named_parameters():
            if parameter.grad is not None:
                moved[name] = moved[name] + parameter.grad.abs().sum()
        optimizer.step()
        if loss < 0.1:
            break
    assert loss < 0.1
    still = [name for name, total in moved.items() if total == 0]
    assert [name for name in still if not name.endswith(allowed(attention, name))] == []


def allowed(attention: str, name: str) -> tuple[str, ...]:
    """Return the ends of names, or the name itself, that need no gradient from cross entropy."""
    exempt = NO_GRADIENT.get(attention, ())
    return tuple(part if name.endswith(part) else name for part in exempt if part in name)


@pytest.mark.slow
@pytest.mark.parametrize("backbone", FACTS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_any_attention_stands_on_any_backbone_or_says_in_a_line_why_not(attention, backbone):
    if attention == "iga" and backbone not in INCEPTIONS:
        with pytest.raises(ValueError, match="inception blocks; choose the backbone i3d"):
            make(attention, backbone=backbone)
        return
    network = make(attention, backbone=backbone).eval()
    with torch.no_grad():
        assert network(clips(1)).logits.shape == (1, 4)
