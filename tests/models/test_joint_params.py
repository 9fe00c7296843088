import subprocess
import sys

import pytest
import torch

from pipeline.models.build import assemble
from pipeline.models.joint_params import JOINTS, Streams, TwoStreamConfig
from pipeline.models.two_stream.build import build_two_stream

RESNET = {"backbone": "resnet34", "stack": 1}
FLOW = {**RESNET, "stack": 5, "normalisation": "grey_flow"}
CONFIGS = {
    "concat": ({**RESNET, "attention": "ego_rnn", "after": ["last"]}, FLOW),
    "cross_modal": (
        {**RESNET, "attention": "lsta", "after": ["last"]},
        {**FLOW, "attention": {"name": "pooling", "num_categories": 4}, "after": ["last"]},
    ),
    "feature_sum": ({"attention": "iga", "after": ["last"], "head": "clip"}, {"head": "clip"}),
}


@pytest.fixture
def streams(model_config):
    def make(name, **changes) -> Streams:
        rgb, flow = (model_config(**{**values, **changes}) for values in CONFIGS[name])
        return Streams(rgb, flow, num_classes=3, num_parts={})

    return make


@pytest.mark.parametrize("name", JOINTS)
def test_every_network_can_be_built_from_its_configuration(streams, name):
    params = JOINTS[name]()
    both = streams(name)
    params.check(both.rgb, both.flow, 25)
    config = TwoStreamConfig(network=name, rgb=both.rgb, flow=both.flow)
    network = build_two_stream(config, 3, 1, {})
    assert network.normalisations == (both.rgb.normalisation, both.flow.normalisation)
    again = build_two_stream(TwoStreamConfig.model_validate(config.model_dump()), 3, 1, {})
    for key, tensor in network.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[key]), key


@pytest.mark.parametrize("name", JOINTS)
def test_what_a_network_inherits_and_what_is_new_is_all_that_it_has(streams, name):
    inherits, both = JOINTS[name]().inherits, streams(name, attention="none", after=[])
    if name == "cross_modal":
        both = streams(name)
    with torch.device("meta"):
        own = JOINTS[name]().build(both).state_dict()
        states = {
            "rgb": assemble(both.rgb, 3, 3, {}).state_dict(),
            "flow": assemble(both.flow, 2, 3, {}).state_dict(),
        }
    inherited = [
        ours + key.removeprefix(theirs)
        for stream, pairs in (("rgb", inherits.rgb), ("flow", inherits.flow))
        for key in states[stream]
        for theirs, ours in pairs
        if key.startswith(theirs)
    ]
    new = [key for key in own if key.startswith(inherits.new)]
    assert sorted([*inherited, *new]) == sorted(own)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("cross_modal", {"attention": "none"}, "steers LSTA's gates at layer4.2, found .* none"),
        ("cross_modal", {"after": ["layer4.1"]}, r"found attention lsta .* \['layer4.1'\]"),
        ("feature_sum", {"stack": 5}, "stacks of 5 and 5"),
        ("feature_sum", {"attention": "stam", "after": ["Mixed_4f"]}, r"give after: \[last\]"),
    ],
)
def test_streams_that_do_not_fit_are_refused_in_one_line(streams, name, changes, message):
    with pytest.raises(ValueError, match=message):
        both = streams(name, **changes)
        JOINTS[name]().check(both.rgb, both.flow, 25)


def test_streams_of_different_backbones_cannot_be_added_up(streams, model_config):
    both, other = streams("feature_sum"), model_config(backbone="i3d", width=0.25)
    with pytest.raises(ValueError, match=r"width 0\.125 and i3d of 0.25; give both .* the same"):
        JOINTS["feature_sum"]().check(both.rgb, other, 24)


def test_a_sampler_of_another_number_of_frames_is_refused(streams):
    both = streams("cross_modal")
    with pytest.raises(ValueError, match="summary is of 25 frames, found a sampler of 8"):
        JOINTS["cross_modal"]().check(both.rgb, both.flow, 8)


def test_ego_rnns_network_has_the_published_size(streams):
    both = streams("concat", width=1.0)
    with torch.device("meta"):
        network = JOINTS["concat"]().build(both)
    assert list(network.fc2.weight.shape) == [3, 1024]
    assert not any(name.startswith(("rgb.head", "flow.head")) for name in network.state_dict())


def test_checking_a_configuration_imports_no_torch():
    check = "import sys, pipeline.models.joint_params; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
