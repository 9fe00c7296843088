import pytest
import torch
from torch import nn

from pipeline.models.build import build_recognizer
from pipeline.models.errors import ModelError
from pipeline.models.initialise import initialise


def test_layers_that_two_networks_share_start_equal(build):
    plain = build().state_dict()
    gated = build(attention="stam", after=["Mixed_5c"]).state_dict()
    assert gated.keys() > plain.keys()
    assert all(torch.equal(plain[name], gated[name]) for name in plain)


def test_another_seed_starts_elsewhere(build):
    one, other = build(seed=0).state_dict(), build(seed=1).state_dict()
    convolutions = [name for name in one if name.endswith("conv3d.weight")]
    assert not any(torch.equal(one[name], other[name]) for name in convolutions)


def test_building_leaves_the_global_random_state_alone(build):
    before = torch.get_rng_state()
    build(attention="stam", after=["Mixed_5c"])
    assert torch.equal(torch.get_rng_state(), before)


def test_convolutions_start_with_the_documented_spread(build):
    state = build(width=0.5).state_dict()
    weight = state["backbone.Mixed_4f.b1b.conv3d.weight"]
    assert weight.std() == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.01)
    assert (state["head.logits.conv3d.bias"] == 0).all()
    assert (state["backbone.Mixed_4f.b1b.bn.running_var"] == 1).all()


def test_a_layer_without_a_rule_is_an_error_not_uninitialised_memory():
    with pytest.raises(ModelError, match=r"0: found a Bilinear.*initialise"):
        initialise(nn.Sequential(nn.Bilinear(2, 3, 4)), seed=0)


def test_a_network_without_classes_is_refused(model_config):
    with pytest.raises(ModelError, match="3 input channels and 0 classes"):
        build_recognizer(model_config(), in_channels=3, num_classes=0, seed=0)
