"""Official names and shapes at their full size load strictly, and each tensor goes to one place."""

import re
from dataclasses import replace

import pytest
import torch

from models import published_keys
from pipeline.models.errors import WeightsError
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.key_map import rename
from pipeline.models.key_maps import KEY_MAPS
from pipeline.models.kinds import kind_of
from pipeline.models.two_stream.build import build_two_stream
from pipeline.models.weights import load_state

EGTEA, GTEA, SOMETHING, EPIC = 106, 61, 174, 397
LAST = {"after": ["layer4.2"], "head": "clip"}
NONLOCAL = ["layer2.0", "layer2.2", "layer3.0", "layer3.2", "layer3.4"]
MOBILENET = "torchvision_mobilenetv2"


def made(shapes):
    """A state dict of these shapes, every tensor of another value."""
    return {
        name: torch.full(shape, 1.0 + number) for number, (name, shape) in enumerate(shapes.items())
    }


def repeated(state, pairs):
    """The same, with what the authors save twice made equal."""
    return {**state, **{copy: state[original] for copy, original in pairs}}


CLASSIFIERS = [("classifier.1.weight", "fc.weight"), ("classifier.1.bias", "fc.bias")]


@pytest.fixture
def official(official_keys):
    """Return a maker of a state dict with a kind's official names and shapes."""

    def make(kind):
        if kind == "lsta":
            return repeated(made(official_keys("lsta_keys")), CLASSIFIERS)
        if kind == "ego_rnn":
            pool = ("weight_softmax", "resNet.fc.weight")
            return repeated(made(official_keys("egornn_keys")["rgb"]), [*CLASSIFIERS, pool])
        if kind == "ego_rnn_joint":
            flow = {f"flowModel.{name}": t for name, t in make("ego_rnn_flow").items()}
            rgb = {f"frameModel.{name}": t for name, t in make("ego_rnn").items()}
            last = made(published_keys.linear("fc2", 1024, GTEA))
            doubles = {name.replace("fc2", "classifier.1"): t for name, t in last.items()}
            return {**flow, **rgb, **last, **doubles}
        return made(SHAPES[kind](official_keys))

    return make


def iga_keys(keys, *parts):
    files = keys("iga_keys")
    return {f"module.{name}": s for part in parts for name, s in files[part].items()}


SHAPES = {
    "i3d": lambda keys: keys("i3d_keys")["rgb"],
    "stam": lambda keys: keys("stam_keys"),
    "iga": lambda keys: iga_keys(keys, "base", "gaze", "attn"),
    "iga_base": lambda keys: iga_keys(keys, "base"),
    "ego_rnn_flow": lambda keys: keys("egornn_keys")["flow"],
    "torchvision_resnet": lambda keys: published_keys.torchvision_resnet34(),
    "torchvision_mobilenetv2": lambda keys: published_keys.torchvision_mobilenetv2(),
    "tsm": lambda keys: published_keys.tsm(classes=SOMETHING),
    "tsn": lambda keys: published_keys.tsn(classes=EPIC, wrapper="model."),
    "tsm_nonlocal": lambda keys: published_keys.tsm_nonlocal(classes=400),
    "tsm_mobilenetv2": lambda keys: published_keys.tsm_mobilenetv2(classes=400),
    "trn": lambda keys: published_keys.trn(classes=EPIC),
    "mtrn": lambda keys: published_keys.mtrn(classes=EPIC),
    "tam": lambda keys: published_keys.tam(classes=SOMETHING),
    "i3d_resnet": lambda keys: published_keys.i3d_resnet50(classes=400),
}

RECURRENT = ("lsta", "ego_rnn", "ego_rnn_joint")
"""Kinds that save tensors twice."""

CLASSIFIED = ("flowModel.fc_action", "frameModel.fc")
"""Classifiers of single streams that ego-rnn's two streams keep and do not use."""

EGO_RNN = {"backbone": "resnet34", "attention": "ego_rnn", **LAST}

NETWORKS = {
    "i3d": {"backbone": "i3d", "num_classes": 400},
    "stam": {"attention": "stam", "after": ["Mixed_5c"], "num_classes": EGTEA},
    "lsta": {"backbone": "resnet34", "attention": "lsta", "num_classes": GTEA, **LAST},
    "ego_rnn": {**EGO_RNN, "num_classes": GTEA},
    "ego_rnn_flow": {"backbone": "resnet34", "in_channels": 2, "stack": 5, "num_classes": GTEA},
    "tsm": {"backbone": "tsm_resnet50", "num_classes": SOMETHING},
    "tsn": {"backbone": "tsn_resnet50", "num_classes": EPIC},
    "tsm_nonlocal": {
        "backbone": "tsm_resnet50",
        "attention": "nonlocal",
        "after": NONLOCAL,
        "num_classes": 400,
    },
    "tsm_mobilenetv2": {"backbone": "tsm_mobilenetv2", "num_classes": 400},
    "trn": {"backbone": "tsn_resnet50", "head": {"name": "trn", "frames": 8}, "num_classes": EPIC},
    "mtrn": {
        "backbone": "tsn_resnet50",
        "head": {"name": "mtrn", "frames": 8},
        "num_classes": EPIC,
    },
    "tam": {"backbone": "tam_resnet50", "num_classes": SOMETHING},
    "i3d_resnet": {"backbone": "i3d_resnet50", "num_classes": 400},
}
"""The networks of finished models, which such a file fills to the last tensor."""


def load(recognizer, state, kind):
    return load_state(recognizer, state, kind, (), "made.pt")


def assert_all_is_placed(network, state, report):
    """Every tensor of the file is in the network once, or its double is; nothing else is there."""
    assert report.new == ()
    assert all(why.startswith("equal to") for why in report.dropped.values())
    theirs = {ours: name for name, ours in report.renamed.items()}
    own = network.state_dict()
    assert set(report.loaded) == set(own)
    assert len(report.loaded) + len(report.dropped) == len(state)
    for name, tensor in own.items():
        assert torch.equal(tensor.float(), state[theirs.get(name, name)].reshape(tensor.shape))


@pytest.mark.slow
@pytest.mark.parametrize("kind", NETWORKS)
def test_a_finished_model_of_official_names_fills_its_network(build, official, kind):
    network, state = build(width=1, **NETWORKS[kind]), official(kind)
    assert_all_is_placed(network, state, load(network, state, kind))


@pytest.mark.slow
def test_igas_three_files_fill_the_network_of_two_streams(iga_of_two, official):
    network, state = iga_of_two, official("iga")
    report = load(network, state, "iga")
    assert_all_is_placed(network, state, report)
    assert report.adapted == {"head.linear.weight": "1x1x1 convolution as a linear layer"}


@pytest.mark.slow
def test_igas_start_leaves_attention_and_classifier_as_they_are(iga_of_two, official):
    report = load(iga_of_two, official("iga_base"), "iga_base")
    assert {name.split(".")[0] for name in report.new} == {"attention", "head"}
    assert {name.split(".")[0] for name in report.loaded} == {"backbone_rgb", "backbone_flow"}


def two_streams(name, rgb, flow, classes):
    config = TwoStreamConfig.model_validate({"network": name, "rgb": rgb, "flow": flow})
    return build_two_stream(config, classes, 0, {})


@pytest.mark.slow
def test_ego_rnns_two_streams_fill_the_network_of_both(model_config, official):
    rgb = model_config(width=1, **EGO_RNN)
    flow = model_config(width=1, backbone="resnet34", stack=5)
    network = two_streams("concat", rgb, flow, GTEA)
    state = official("ego_rnn_joint")
    report = load(network, state, "ego_rnn_joint")
    unused = [name for name, why in report.dropped.items() if not why.startswith("equal to")]
    assert unused == [f"{of}.{v}" for of in CLASSIFIED for v in ("weight", "bias")]
    used = {name: tensor for name, tensor in state.items() if name not in unused}
    doubles = {name: why for name, why in report.dropped.items() if name not in unused}
    assert_all_is_placed(network, used, replace(report, dropped=doubles))


@pytest.fixture
def iga_of_two(model_config):
    """The network of two streams at its published size."""
    flow = model_config(width=1)
    rgb = model_config(width=1, attention="iga", after=["last"], head="clip")
    return two_streams("feature_sum", rgb, flow, EGTEA)


@pytest.mark.parametrize("kind", [*SHAPES, *RECURRENT])
def test_a_kind_is_told_by_its_names(official, kind):
    state = {re.sub(r"^mod(ule|el)\.", "", name): t for name, t in official(kind).items()}
    assert kind_of(state, "made.pt") == kind


def test_every_kind_but_our_own_is_tested():
    assert {*SHAPES, *RECURRENT} == set(KEY_MAPS) - {"fixate"}


def test_files_of_no_kind_are_refused():
    with pytest.raises(WeightsError, match=r"made.pt: whose.*begins with vgg.weight.*exactly one"):
        kind_of({"vgg.weight": torch.zeros(1)}, "made.pt")


def test_tsms_mobilenet_has_torchvisions_layers_in_their_order():
    theirs = published_keys.tsm_mobilenetv2(classes=3)
    renames = KEY_MAPS["tsm_mobilenetv2"].renames
    ours = [rename(name.removeprefix("module."), renames) for name in theirs]
    layers = [f"backbone.{name}" for name in published_keys.torchvision_mobilenetv2()]
    assert ours[:-2] == layers[:-2]


@pytest.mark.parametrize("kind", ["lsta", "ego_rnn"])
def test_a_double_that_differs_is_an_error(build, official, kind):
    state = official(kind)
    state["classifier.1.bias"] = state["fc.bias"] + 1
    with pytest.raises(WeightsError, match=r"classifier.1.bias is not equal to fc.bias"):
        load(build(width=0.125, **NETWORKS[kind]), state, kind)


IMAGENET = {
    "the pool of LSTA": {"backbone": "resnet34", "attention": "lsta", **LAST},
    "the pool of ego-rnn": EGO_RNN,
}


@pytest.mark.slow
@pytest.mark.parametrize("network", IMAGENET.values(), ids=IMAGENET)
def test_imagenets_classifier_becomes(build, official, network):
    recognizer, state = build(width=1, **network), official("torchvision_resnet")
    report = load(recognizer, state, "torchvision_resnet")
    pool = recognizer.attention["layer4-2"].pool
    assert torch.equal(pool.weight, state["fc.weight"])
    assert torch.equal(pool.get_buffer("bias"), state["fc.bias"])
    assert report.dropped == {}
    is_new = re.compile(r"(head|attention.layer4-2.(cell|tracking|output_pooling))\.|.*tracked$")
    assert all(is_new.match(name) for name in report.new)


@pytest.mark.slow
def test_imagenets_classifier_is_left_out_where_there_is_no_pool(build, official):
    recognizer = build(width=1, backbone="resnet34")
    report = load(recognizer, official("torchvision_resnet"), "torchvision_resnet")
    assert report.dropped == dict.fromkeys(["fc.weight", "fc.bias"], "the network has no such part")
    assert {name for name in report.new if not name.endswith("tracked")} == {
        "head.linear.weight",
        "head.linear.bias",
    }


@pytest.mark.slow
@pytest.mark.parametrize("backbone", ["tsm_resnet50", "tam_resnet50", "i3d_resnet50"])
def test_imagenets_resnet50_starts_every_network_made_of_it(build, backbone):
    recognizer = build(width=1, backbone=backbone)
    state = made(published_keys.torchvision_resnet50())
    report = load(recognizer, state, "torchvision_resnet")
    assert len(report.loaded) + len(report.dropped) == len(state)
    new = {name for name in report.new if not name.endswith("tracked")}
    assert all(name.startswith("head.") or ".tam." in name for name in new)


@pytest.mark.slow
def test_pictures_kernels_are_spread_over_time(build):
    recognizer = build(width=1, backbone="i3d_resnet50")
    state = made(published_keys.torchvision_resnet50())
    report = load(recognizer, state, "torchvision_resnet")
    kernel = recognizer.backbone.layer1[0].conv2.weight
    assert kernel.shape[2] == 3
    torch.testing.assert_close(kernel.sum(dim=2), state["layer1.0.conv2.weight"])
    assert report.adapted["backbone.layer1.0.conv2.weight"] == "spread over time"


@pytest.mark.slow
def test_a_stream_of_flow_starts_from_the_mean_over_colours(build):
    recognizer = build(width=1, backbone="tsn_resnet50", in_channels=2, stack=5)
    state = made(published_keys.torchvision_resnet50())
    state["conv1.weight"] = torch.rand(64, 3, 7, 7, generator=torch.Generator().manual_seed(1))
    report = load(recognizer, state, "torchvision_resnet")
    mean = state["conv1.weight"].mean(dim=1)
    kernel = recognizer.backbone.conv1.weight
    assert kernel.shape[1] == 10
    assert all(torch.allclose(kernel[:, channel], mean) for channel in range(10))
    assert set(report.adapted) == {"backbone.conv1.weight"}


@pytest.mark.slow
def test_a_finished_model_is_never_adapted_to_other_inputs(build, official):
    recognizer = build(width=1, **{**NETWORKS["tsm"], "in_channels": 2, "stack": 5})
    with pytest.raises(WeightsError, match=r"1 of another shape: backbone.conv1.weight"):
        load(recognizer, official("tsm"), "tsm")
