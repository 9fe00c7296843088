"""The paper recipes as data: which there are, what their layers add up to, and their sources."""

import re
from functools import cache

import pytest
from configuration.open_index import put_weights
from configuration.paper_recipes import (
    PAPER,
    STAGES,
    VARIANTS,
    configure,
    read_for,
)
from ruamel.yaml import YAML

from pipeline.models.backbone_facts import FACTS
from pipeline.models.build import build_recognizer
from pipeline.models.two_stream.build import build_two_stream
from pipeline.params import ParamsError
from pipeline.training.joint_params import JointConfig
from pipeline.training.params import TrainConfig, model_of
from pipeline.training.trainable import set_trainable

OF = {str(variant): variant for variant in VARIANTS}
METHODS = sorted({variant.method for variant in VARIANTS})
UNSOURCED = {"accumulate", "batch_windows", "every_epochs", "stack", "weight", "width", "frames"}
"""Keys whose number no source has, or whose source stands where the number is first said."""


@pytest.fixture(scope="module")
def sections_of(tmp_path_factory):
    """Return the sections of a variant, resolved once."""
    root = tmp_path_factory.mktemp("paper")
    put_weights(root)
    return cache(lambda variant: configure(variant, root))


def phase_of(section):
    if isinstance(section, JointConfig):
        return section.plan.phase if section.plan else None
    return section.phase


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_a_published_variant_trains_the_stages_that_it_has(sections_of, variant):
    sections = sections_of(variant)
    assert tuple(stage for stage in STAGES if phase_of(sections[stage])) == variant.stages


def test_every_method_and_backbone_of_the_folder_is_a_variant():
    named = {
        (path.stem, backbone)
        for path in PAPER.glob("*.yaml")
        for backbone in [
            YAML(typ="safe").load(path)["model"]["backbone"],
            *YAML(typ="safe").load(path).get("backbones", {}),
        ]
    }
    assert named == {(variant.method, variant.backbone) for variant in VARIANTS}


@pytest.mark.parametrize("method", METHODS)
def test_an_unpublished_backbone_is_refused_in_a_line_with_those_there_are(method):
    published = [variant.backbone for variant in VARIANTS if variant.method == method]
    unpublished = next(backbone for backbone in FACTS if backbone not in published)
    expected = " or ".join(f"'{name}'" for name in published)
    with pytest.raises(ParamsError) as error:
        read_for(method, unpublished, "egtea")
    assert str(error.value) == (
        f"params.yaml: model.backbone: found '{unpublished}', expected {expected} (the published "
        f"ones of {method})"
    )


FIRST_CONVOLUTION = "backbone.conv1.weight"
NUMBERS = [
    ("stam-i3d", "pretrain_flow", "phase.iterations", 64000),
    ("stam-i3d", "train_rgb", "phase.optimizer.lr", 0.1),
    ("stam-i3d", "train_rgb", "phase.optimizer.weight_decay", 1e-7),
    ("stam-i3d", "train_rgb", "phase.losses.1.weight", 0.1),
    ("stam-i3d", "score", "flow.protocol.average", "frames"),
    ("none-tsm_resnet50", "train_rgb", "phase.optimizer.groups.0.lr_factor", 5),
    ("none-tsm_resnet50", "train_flow", "phase.augmentation.scales", [1.0, 0.875, 0.75]),
    (
        "none-tsm_resnet50",
        "train_flow",
        "phase.optimizer.groups.0.match",
        ["backbone.conv1.weight"],
    ),
    ("none-tsm_resnet50", "train_flow", "model.stack", 5),
    ("none-tam_resnet50", "train_rgb", "phase.optimizer.groups", []),
    ("none-tam_resnet50", "train_rgb", "phase.schedule.name", "cosine"),
    ("none-i3d_resnet18", "train_rgb", "phase.sampler.frames", 32),
    ("none-i3d_resnet18", "train_rgb", "phase.initial.weights", "imagenet_resnet18"),
    ("w3-tsm_resnet50", "pretrain_rgb", "phase.teacher", None),
    ("w3-tsm_resnet50", "train_rgb", "phase.teacher", "previous"),
    ("w3-tsm_resnet50", "train_rgb", "phase.clip_gradient_norm", 20),
    ("w3-tsm_resnet50", "train_flow", "phase", None),
    ("w3-i3d_resnet18", "train_rgb", "phase.teacher", None),
    ("w3-i3d_resnet18", "train_rgb", "phase.initial.weights", "imagenet_resnet18"),
    ("lsta-resnet34", "pretrain_rgb", "phase.optimizer.lr", 1e-3),
    ("lsta-resnet34", "pretrain_rgb", "phase.schedule.milestones", [25, 75, 150]),
    ("lsta-resnet34", "train_rgb", "phase.optimizer.lr", 1e-4),
    ("lsta-resnet34", "train_rgb", "phase.optimizer.eps", 1e-4),
    ("lsta-resnet34", "train_rgb", "phase.schedule.milestones", [25, 75]),
    ("lsta-resnet34", "train_rgb", "phase.schedule.unit", "epochs"),
    ("lsta-resnet34", "pretrain_flow", "phase.target", "verb"),
    ("lsta-resnet34", "train_flow", "phase.epochs", 500),
    ("lsta-resnet34", "joint", "plan.phase.schedule.factor", 0.99),
    ("lsta-resnet34", "joint", "plan.phase.epochs", 200),
    ("lsta-resnet34", "flow", "stabilise", "homography"),
    ("eleatt-resnet34", "train_rgb", "phase.optimizer.weight_decay", 5e-4),
    ("ego_rnn-resnet34", "pretrain_rgb", "phase.epochs", 300),
    ("ego_rnn-resnet34", "train_rgb", "phase.epochs", 150),
    ("ego_rnn-resnet34", "train_rgb", "phase.optimizer.weight_decay", 4e-5),
    ("ego_rnn-resnet34", "train_rgb", "phase.sampler.endpoint", False),
    ("ego_rnn-resnet34", "train_flow", "phase.schedule.milestones", [150, 300, 500]),
    ("ego_rnn-resnet34", "score", "rgb.protocol.clips.endpoint", False),
    ("ego_rnn-resnet34", "score", "flow.protocol.clips.stacks", 5),
    ("ego_rnn-resnet34", "joint", "plan.phase.optimizer.groups.0.lr_factor", 0.01),
    ("iga-i3d", "train_rgb", "phase.optimizer.lr", 0.032),
    ("iga-i3d", "train_rgb", "phase.schedule.milestones", [8000, 15000]),
    ("iga-i3d", "train_rgb", "model.attention.grid", (3, 7, 7)),
    ("iga-i3d", "joint", "plan.phase.iterations", 18000),
    ("iga-i3d", "joint", "plan.phase.losses.2.epsilon_start", 1000),
    ("iga-i3d", "score", "joint.protocol.clips.stride", 24),
    ("iga-i3d", "frames", "size", "340x256"),
]


@pytest.mark.parametrize(("name", "stage", "address", "value"), NUMBERS)
def test_layers_add_up_to_the_published_numbers(sections_of, name, stage, address, value):
    assert lookup(sections_of(OF[name])[stage], address) == value


DATASETS = [
    ("lsta", "gtea", "rgb.model.attention.pool_size", 100),
    ("lsta", "egtea", "rgb.model.attention.pool_size", 150),
    ("lsta", "egtea", "joint.phase.epochs", 100),
    ("lsta", "egtea", "flow.model.attention.num_categories", 19),
    ("lsta", "epic", "rgb.model.attention.pool_size", 300),
    ("lsta", "epic", "rgb.model.head", "multi_task"),
    ("lsta", "epic", "rgb.train.losses.0.name", "multi_task"),
    ("lsta", "epic", "flow", None),
    ("lsta", "epic", "fusion_mode", "late"),
    ("pooling", "gtea", "flow.model.attention.num_categories", 10),
    ("w3", "something", "rgb.train.augmentation.flip", False),
    ("w3", "egtea", "rgb.train.augmentation.flip", True),
    ("w3", "epic", "rgb.score.protocol.views", "ten_crops"),
    ("w3", "epic", "rgb.train.initial.weights", "imagenet_resnet50"),
    ("w3", "epic", "rgb.train.losses.1.name", "mature_features"),
]


@pytest.mark.parametrize(("method", "dataset", "address", "value"), DATASETS)
def test_a_data_set_changes_what_was_published_for_it(method, dataset, address, value):
    backbone = next(variant.backbone for variant in VARIANTS if variant.method == method)
    assert lookup(read_for(method, backbone, dataset), address) == value


LAYER4 = {f"backbone.layer4.{n}.conv{m}.weight" for n in range(3) for m in (1, 2)}
UNIT = "attention.layer4-2"
OWN = ("cell", "tracking", "output_pooling")
LEARNING = [
    (
        "lsta-resnet34",
        "pretrain_rgb",
        {f"{UNIT}.{p}" for p in ("cell", "tracking", "output_pooling")},
    ),
    ("lsta-resnet34", "train_rgb", {UNIT} | LAYER4),
    ("eleatt-resnet34", "pretrain_rgb", {UNIT}),
    ("eleatt-resnet34", "train_rgb", {UNIT} | LAYER4),
    ("ego_rnn-resnet34", "pretrain_rgb", {f"{UNIT}.cell"}),
    ("ego_rnn-resnet34", "train_rgb", {UNIT} | LAYER4),
    (
        "ego_rnn-resnet34",
        "joint",
        {"fc2", f"rgb.{UNIT}", "flow.backbone.layer4", *(f"rgb.{name}" for name in LAYER4)},
    ),
    (
        "lsta-resnet34",
        "joint",
        {"flow_biases", "summary", "embedding", "rgb.head", "flow.head"}
        | {f"rgb.{UNIT}.{part}" for part in OWN},
    ),
]


@pytest.mark.parametrize(("name", "stage", "parts"), LEARNING)
def test_a_phase_learns_the_published_parts_of_the_network(sections_of, name, stage, parts):
    section = sections_of(OF[name])[stage]
    network, phase = build(section), phase_of(section)
    set_trainable(network, phase.trainable, phase.batch_norm)
    parts = parts if stage == "joint" else parts | {"head"}
    for parameter, value in network.named_parameters():
        is_meant = any(parameter == part or parameter.startswith(f"{part}.") for part in parts)
        assert value.requires_grad == is_meant, parameter


@pytest.mark.parametrize("path", sorted(PAPER.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_number_has_its_source_beside_it(path):
    for line in path.read_text().splitlines():
        said, _, source = line.partition("#")
        numbers = re.findall(r"(\w+): \[?\d", said)
        assert source or set(numbers) <= UNSOURCED, line


def build(section):
    """Build a stage's network, narrow."""
    if isinstance(section, TrainConfig):
        model = narrowed(model_of(section, section.phase))
        return build_recognizer(model, 3 if section.stream == "rgb" else 2, 3, seed=0)
    model = section.plan.model
    streams = {"rgb": narrowed(model.rgb), "flow": narrowed(model.flow)}
    return build_two_stream(model.model_copy(update=streams), 3, seed=0, num_parts={})


def narrowed(model):
    """An eighth of the channels, of a memory's too."""
    as_wide = {"memory": None} if hasattr(model.attention, "memory") else {}
    attention = model.attention.model_copy(update=as_wide)
    return model.model_copy(update={"width": 0.125, "attention": attention})


def lookup(values, address):
    """Return the value at a dotted address of sections, mappings and lists."""
    for key in address.split("."):
        if isinstance(values, (list, tuple)):
            values = values[int(key)]
        else:
            values = values[key] if isinstance(values, dict) else getattr(values, key)
    return values
