"""Start values of a network that is not loaded from a checkpoint."""

from hashlib import blake2b

import torch
from torch import nn

from pipeline.models.errors import ModelError


@torch.no_grad()
def initialise(model: nn.Module, seed: int) -> None:
    """Fill every parameter and buffer of `model` in place.

    A tensor's values depend on the seed, its name and its shape alone, so that two networks start
    equal wherever they have the same layers, with or without attention.

    Convolutions without bias feed batch norm and ReLU: normal, variance 2 / fan-in (He et al., ICCV
    2015). Convolutions with bias are classifiers: normal, variance 1 / fan-in, bias zero. Batch
    norm: weight 1, bias 0, running mean 0, running variance 1.

    Raises:
        ModelError: a layer with parameters is of a kind that has no rule here.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.BatchNorm3d):
            module.reset_parameters()
        elif isinstance(module, nn.Conv3d):
            gain = 2.0 if module.bias is None else 1.0
            deviation = (gain / module.weight[0].numel()) ** 0.5
            module.weight.normal_(0, deviation, generator=_generator(seed, f"{name}.weight"))
            if module.bias is not None:
                module.bias.zero_()
        elif any(True for _ in module.parameters(recurse=False)):
            raise ModelError(
                f"{name}: found a {type(module).__name__}, expected Conv3d or BatchNorm3d; "
                f"give it a rule in pipeline/models/initialise.py"
            )


def _generator(seed: int, name: str) -> torch.Generator:
    """A stream of random numbers of the tensor's own."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little"))
