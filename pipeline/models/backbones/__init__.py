"""The convolutional networks by name."""

from collections.abc import Callable

from pipeline.models.backbones.backbone import Backbone
from pipeline.models.backbones.i3d import Inception2d, InceptionI3d
from pipeline.models.backbones.inflated_resnet import i3d_resnet18, i3d_resnet50
from pipeline.models.backbones.mobilenet import TsmMobileNetV2
from pipeline.models.backbones.resnet import resnet34, tam_resnet50, tsm_resnet50, tsn_resnet50

BACKBONES: dict[str, Callable[[int, float], Backbone]] = {
    "i3d": InceptionI3d,
    "inception2d": Inception2d,
    "resnet34": resnet34,
    "tsn_resnet50": tsn_resnet50,
    "tsm_resnet50": tsm_resnet50,
    "tam_resnet50": tam_resnet50,
    "tsm_mobilenetv2": TsmMobileNetV2,
    "i3d_resnet18": i3d_resnet18,
    "i3d_resnet50": i3d_resnet50,
}
"""Constructors, called with the input's channels and the width factor."""
