"""The published network of each kind of checkpoint, as far as its tensors leave anything open."""

from collections.abc import Callable, Mapping

from torch import Tensor

from pipeline.models.backbone_facts import FACTS
from pipeline.models.errors import WeightsError
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.key_renames import NONLOCAL_BLOCKS
from pipeline.models.params import ModelConfig
from pipeline.models.released import ReleasedStream, count_channels
from pipeline.params import validate

Tensors = Mapping[str, Tensor]
Values = dict[str, object]

LAST = "last"
FLOW_CHANNELS = 2
FRAME_FEATURES = 256
"""Of TRN, for each frame."""


def published_network(
    kind: str, tensors: Tensors, stream: ReleasedStream
) -> ModelConfig | TwoStreamConfig:
    """Return the configuration of a published network.

    Args:
        kind: a key of `KEY_MAPS`.
        tensors: of the checkpoint, which tell widths and the number of stacked images.
        stream: what it sees.

    Raises:
        WeightsError: a checkpoint of this kind makes no network by itself.
    """
    if kind in PAIRS:
        name, rgb, flow = PAIRS[kind](tensors)
        values = {
            "network": name,
            "rgb": _complete(rgb, kind, "rgb", 1),
            "flow": _complete(flow, kind, "flow", 1),
        }
        return validate(TwoStreamConfig, values, f"network of kind {kind}")
    if kind not in {*FIXED, *READ}:
        raise WeightsError(
            f"a checkpoint of kind {kind!r} makes no network by itself; name another kind, or use "
            f"the file as it is"
        )
    own = FIXED[kind] if kind in FIXED else READ[kind](tensors)
    stack = count_channels(tensors, kind) // FLOW_CHANNELS if stream == "flow" else 1
    return _complete(own, kind, stream, stack)


def _complete(own: Values, kind: str, stream: ReleasedStream, stack: int) -> ModelConfig:
    """Add what is as usual."""
    facts = FACTS[str(own["backbone"])]
    usual: Values = {
        "width": 1.0,
        "attention": "none",
        "after": [],
        "head": facts.head,
        "stack": stack,
        "normalisation": facts.rgb if stream == "rgb" else facts.flow,
        "compat": "released",
        "dropout": 0.5,
    }
    return validate(ModelConfig, {**usual, **own}, f"network of kind {kind}")


def _resnet(tensors: Tensors) -> Values:
    """Torchvision's: by its blocks."""
    if "layer1.0.conv3.weight" in tensors:
        return {"backbone": "tsn_resnet50"}
    return {"backbone": "resnet34" if "layer1.2.conv1.weight" in tensors else "i3d_resnet18"}


def _lsta(tensors: Tensors) -> Values:
    pool_size = len(tensors["lsta_cell.c_classifier.weight"])
    attention = {"name": "lsta", "pool_size": pool_size, **_categories(tensors)}
    return {**_RECURRENT, "attention": attention}


def _ego_rnn(tensors: Tensors) -> Values:
    return {**_RECURRENT, "attention": {"name": "ego_rnn", **_categories(tensors)}}


def _categories(tensors: Tensors) -> Values:
    return {"num_categories": len(tensors["resNet.fc.weight"])}


def _trn(tensors: Tensors) -> Values:
    frames = tensors["consensus.classifier.1.weight"].shape[1] // FRAME_FEATURES
    return {"backbone": "tsn_resnet50", "head": {"name": "trn", "frames": frames}}


def _mtrn(tensors: Tensors) -> Values:
    frames = tensors["consensus.fc_fusion_scales.0.1.weight"].shape[1] // FRAME_FEATURES
    return {"backbone": "tsn_resnet50", "head": {"name": "mtrn", "frames": frames}}


_RECURRENT: Values = {"backbone": "resnet34", "after": [LAST], "head": "clip", "dropout": 0.7}

FIXED: dict[str, Values] = {
    "i3d": {"backbone": "i3d"},
    "stam": {"backbone": "i3d", "attention": "stam", "after": [LAST]},
    "ego_rnn_flow": {"backbone": "resnet34", "normalisation": "grey_flow"},
    "torchvision_mobilenetv2": {"backbone": "tsm_mobilenetv2"},
    "tsm": {"backbone": "tsm_resnet50"},
    "tsm_nonlocal": {
        "backbone": "tsm_resnet50",
        "attention": "nonlocal",
        "after": list(NONLOCAL_BLOCKS),
    },
    "tsm_mobilenetv2": {"backbone": "tsm_mobilenetv2"},
    "tsn": {"backbone": "tsn_resnet50"},
    "tam": {"backbone": "tam_resnet50"},
    "i3d_resnet": {"backbone": "i3d_resnet50"},
}
"""By kind: what of its network's configuration is not as usual."""

READ: dict[str, Callable[[Tensors], Values]] = {
    "lsta": _lsta,
    "ego_rnn": _ego_rnn,
    "torchvision_resnet": _resnet,
    "trn": _trn,
    "mtrn": _mtrn,
}
"""The same of kinds whose tensors tell more of it."""


def _iga(_tensors: Tensors) -> tuple[str, Values, Values]:
    rgb = {"backbone": "i3d", "attention": "iga", "after": [LAST], "head": "clip", "dropout": 0.7}
    return "feature_sum", rgb, {"backbone": "i3d"}


def _ego_rnn_joint(tensors: Tensors) -> tuple[str, Values, Values]:
    rgb = {
        name.removeprefix("frameModel."): tensor
        for name, tensor in tensors.items()
        if name.startswith("frameModel.")
    }
    stack = tensors["flowModel.conv1.weight"].shape[1] // FLOW_CHANNELS
    flow: Values = {"backbone": "resnet34", "normalisation": "grey_flow", "stack": stack}
    return "concat", _ego_rnn(rgb), flow


PAIRS: dict[str, Callable[[Tensors], tuple[str, Values, Values]]] = {
    "iga": _iga,
    "ego_rnn_joint": _ego_rnn_joint,
}
"""By kind: the network of two streams, and what of its parts is not as usual."""
