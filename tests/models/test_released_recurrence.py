"""Checkpoints of LSTA and ego-rnn compute what their authors' code makes of them.

The references are written from the description of that code, in its own names.
"""

import pytest
import torch
from torch.nn import functional as F

from pipeline.models.key_map import rename
from pipeline.models.key_maps import KEY_MAPS
from pipeline.models.weights import load_state

SMALL = {"backbone": "resnet34", "width": 0.125, "after": ["layer4.2"], "head": "clip"}
LSTA = {"name": "lsta", "num_categories": 7, "pool_size": 5}
EGO_RNN = {"name": "ego_rnn", "num_categories": 7}
NETWORKS = {"lsta": (LSTA, "lsta_keys"), "ego_rnn": (EGO_RNN, "egornn_keys")}


@pytest.fixture
def released(build, official_keys, generator):
    """Return a maker of a small network and random official weights, which it holds."""

    def make(kind):
        attention, keys = NETWORKS[kind]
        network = build(attention=attention, compat="released", num_classes=4, **SMALL)
        own, key_map = network.state_dict(), KEY_MAPS[kind]
        names = official_keys(keys)
        names = names if kind == "lsta" else names["rgb"]
        doubles = {
            name: original + name.removeprefix(copy)
            for copy, original in key_map.duplicates
            for name in names
            if name.startswith(copy)
        }
        state = {
            name: _random(name, own[rename(name, key_map.renames)], generator)
            for name in names
            if name not in doubles
        }
        state |= {copy: state[original] for copy, original in doubles.items()}
        load_state(network, state, kind, (), "made.pt")
        return network.eval(), state

    return make


def _random(name, like, generator):
    """Backbone and norms as they are; elsewhere values large enough for every gate to matter."""
    if name.startswith("resNet.") and not name.startswith("resNet.fc."):
        return like.clone()
    spread = 0.1 if like.ndim == 4 and like.shape[1] > 1 else 1.0
    return spread * torch.randn(like.shape, generator=generator)


def features_of(network, build, video):
    """Per frame: x, the last convolution plus shortcut, and F, the last block's output."""
    plain = build(**{**SMALL, "after": []}).eval()
    body = {n: t for n, t in network.state_dict().items() if n.startswith("backbone.")}
    load_state(plain, body, "fixate", ("head.",), "body")
    seen = network(video)
    x = seen.attended["layer4.2.conv2"].features
    return seen, x.unbind(dim=2), plain(video).last.unbind(dim=2)


def pool(weight, bias, features):
    scores = features.mean(dim=(2, 3)) @ weight.T + bias
    rows = weight[scores.argmax(dim=1)]
    return (rows[:, :, None, None] * features).sum(dim=1, keepdim=True)


def softmax49(scores):
    return scores.flatten(1).softmax(dim=1).view_as(scores)


def released_lsta(state, xs, features):
    def conv(name, value):
        weight, bias = state[f"lsta_cell.{name}.weight"], state.get(f"lsta_cell.{name}.bias")
        return F.conv2d(value, weight, bias, padding=1)

    classify, couple = state["lsta_cell.c_classifier.weight"], state["lsta_cell.coupling_fc.weight"]
    a = s = torch.zeros_like(features[0][:, :1])
    c = torch.zeros_like(xs[0])
    o = torch.zeros_like(xs[0])
    for x, feature in zip(xs, features, strict=True):
        nu = pool(state["resNet.fc.weight"], state["resNet.fc.bias"], feature)
        gates = {gate: conv(f"conv_{gate}_s", s) + conv(f"conv_{gate}_cam", nu) for gate in "ifao"}
        a = gates["f"].sigmoid() * a + gates["i"].sigmoid() * gates["a"].tanh()
        s = gates["o"].sigmoid() * a.tanh()
        x_att = softmax49(s + nu) * x
        h = o * c.tanh()
        inner = {gate: conv(f"conv_{gate}_c", h) + conv(f"conv_{gate}_x", x_att) for gate in "ifc"}
        c = inner["f"].sigmoid() * c + inner["i"].sigmoid() * inner["c"].tanh()
        scores = c.mean(dim=(2, 3)) @ classify.T + x_att.mean(dim=(2, 3)) @ couple.T
        filtered = classify[scores.argmax(dim=1)][:, :, None, None] * c
        o = (conv("conv_o_x", h) + conv("conv_o_c", filtered)).sigmoid()
    return c


def released_ego_rnn(state, xs, features):
    def conv(name, value):
        weight, bias = state[f"lstm_cell.{name}.weight"], state.get(f"lstm_cell.{name}.bias")
        return F.conv2d(value, weight, bias, padding=1)

    c = h = torch.zeros_like(xs[0])
    for x, feature in zip(xs, features, strict=True):
        attention = softmax49(pool(state["resNet.fc.weight"], state["resNet.fc.bias"], feature))
        gates = {g: conv(f"conv_{g}_xx", x * attention) + conv(f"conv_{g}_hh", h) for g in "ifco"}
        c = gates["f"].sigmoid() * c + gates["i"].sigmoid() * gates["c"].tanh()
        h = gates["o"].sigmoid() * c.tanh()
    return c


REFERENCES = {"lsta": released_lsta, "ego_rnn": released_ego_rnn}


@pytest.mark.parametrize("kind", REFERENCES)
@torch.no_grad()
def test_a_released_checkpoint_computes_as_its_authors_code(kind, released, build, generator):
    network, state = released(kind)
    video = torch.randn(2, 3, 4, 96, 64, generator=generator)
    seen, xs, features = features_of(network, build, video)
    memory = REFERENCES[kind](state, xs, features)
    torch.testing.assert_close(seen.last.squeeze(2), memory, rtol=1e-4, atol=1e-5)
    logits = memory.mean(dim=(2, 3)) @ state["fc.weight"].T + state["fc.bias"]
    torch.testing.assert_close(seen.logits, logits, rtol=1e-4, atol=1e-5)
    assert seen.logits.std() > 0.1
