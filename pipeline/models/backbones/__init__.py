"""The convolutional networks by name."""

from collections.abc import Callable

from pipeline.models.backbones.i3d import InceptionI3d
from pipeline.models.backbones.place import Place

BACKBONES: dict[str, Callable[[int, float], InceptionI3d]] = {"i3d": InceptionI3d}
"""Constructors, called with the input's channels and the width factor."""

__all__ = ["BACKBONES", "InceptionI3d", "Place"]
