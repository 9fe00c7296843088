"""Parameters and multiply-adds of a network, counted on tensors that have no values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from benchmarks.models.cases import Case
from pipeline.models.backbone_facts import FACTS
from pipeline.models.build import build_recognizer
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.params import ModelConfig
from pipeline.models.two_stream.build import build_two_stream
from pipeline.params import validate

MOVES = frozenset(
    f"aten.{name}"
    for name in [
        "_to_copy",
        "_unsafe_view",
        "arange",
        "cat",
        "clone",
        "constant_pad_nd",
        "copy_",
        "empty",
        "empty_like",
        "eye",
        "fill_",
        "full",
        "gather",
        "index",
        "index_select",
        "lift_fresh",
        "new_zeros",
        "ones",
        "ones_like",
        "scalar_tensor",
        "scatter",
        "stack",
        "zeros",
        "zeros_like",
    ]
)
"""Calls that move or make values and compute nothing."""


@dataclass(frozen=True)
class Cost:
    """What one clip costs.

    Args:
        parameters: all that can be trained.
        parts: the same by their names' first word: backbone, attention, head.
        gflops: thousands of millions of multiply-adds of convolutions and products of matrices.
        uncounted: millions of values that other operations read or write, by operation.
    """

    parameters: int
    parts: dict[str, int]
    gflops: float
    uncounted: dict[str, float] = field(repr=False)


def build(case: Case) -> nn.Module:
    """Return the case's network.

    Raises:
        ParamsError: its configuration makes no sense.
        ModelError: its network does not.
    """
    config = configure(case)
    if case.flow is None:
        return build_recognizer(config, case.channels, case.classes, seed=0).eval()
    values = {"network": case.joint, "rgb": config, "flow": configure(case.flow)}
    both = validate(TwoStreamConfig, values, case.joint)
    return build_two_stream(both, case.classes, 0, {}).eval()


def configure(case: Case) -> ModelConfig:
    """Return the configuration of a case's own stream."""
    facts = FACTS[case.backbone]
    values = {
        "backbone": case.backbone,
        "width": 1.0,
        "attention": {"name": case.attention, **case.options},
        "after": list(case.after),
        "head": case.head or facts.head,
        "stack": case.stack,
        "normalisation": facts.rgb if case.channels == 3 else facts.flow,
        "compat": "paper",
        "dropout": 0.0,
    }
    return validate(ModelConfig, values, case.name)


def count_cost(network: nn.Module, clips: Sequence[Sequence[int]]) -> Cost:
    """Count for one clip of each stream.

    clips: channels, frames, height and width.
    """
    without_values = FakeTensorMode(allow_non_fake_inputs=True)
    counter, rest = FlopCounterMode(display=False), Uncounted()
    with torch.no_grad(), without_values, rest, counter:
        network(*(torch.empty(1, *clip) for clip in clips))
    return Cost(
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        parts=count_parts(network),
        gflops=counter.get_total_flops() / 2 / 1e9,
        uncounted={name: count / 1e6 for name, count in rest.values.most_common()},
    )


def count_parts(network: nn.Module) -> dict[str, int]:
    """Return numbers of parameters by the first word of their names."""
    parts: Counter[str] = Counter()
    for name, parameter in network.named_parameters():
        parts[name.partition(".")[0]] += parameter.numel()
    return dict(parts)


class Uncounted(TorchDispatchMode):
    """Notes all computing that torch's counter has no formula for: pooling, sums, sigmoids …

    Of each call the size of its largest tensor is added up: one or a few operations a value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values: Counter[str] = Counter()

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        packet = func.overloadpacket
        is_computing = func.namespace == "aten" and not func.is_view and str(packet) not in MOVES
        if is_computing and packet not in flop_registry:
            tensors = [leaf for leaf in tree_leaves((args, result)) if isinstance(leaf, Tensor)]
            self.values[str(packet)] += max((tensor.numel() for tensor in tensors), default=0)
        return result
