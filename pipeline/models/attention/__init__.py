"""The attention modules by name."""

from collections.abc import Callable

from pipeline.models.attention.attended import Attended, Attention
from pipeline.models.attention.stam import Stam
from pipeline.models.attention.uniform import Uniform
from pipeline.models.backbones.place import Place
from pipeline.models.params import Compat

ATTENTIONS: dict[str, Callable[[Place, Compat], Attention]] = {"none": Uniform, "stam": Stam}
"""Constructors, called with the place where the module stands and whose behaviour to follow."""

__all__ = ["ATTENTIONS", "Attended", "Attention", "Stam", "Uniform"]
