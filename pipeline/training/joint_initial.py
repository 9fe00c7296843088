"""What both streams have learnt, as the start of a network of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from pipeline.memo import file_digest
from pipeline.models.joint_params import Inheritance
from pipeline.models.key_map import Pairs
from pipeline.models.key_maps import OWN_KIND
from pipeline.models.trained import is_pass_through, read_trained
from pipeline.models.weights import load_state
from pipeline.training.errors import TrainingError


@dataclass(frozen=True)
class StreamWeights:
    """The files of two trained streams, and what of them a network of both begins with.

    Args:
        rgb: ``models/rgb/model.pt``.
        flow: ``models/flow/model.pt``.
        inherits: the network's own word on it.
    """

    rgb: Path
    flow: Path
    inherits: Inheritance

    @property
    def key(self) -> list[object]:
        """What the start depends on, beside the network: the files' contents."""
        return [file_digest(self.rgb), file_digest(self.flow)]

    def load(self, model: nn.Module) -> None:
        """Load the weights into a network, in place.

        Raises:
            TrainingError: a stream was not trained.
            WeightsError: a stream's network is not the one that the joint network has.
        """
        state = dict(
            [
                *_inherited(self.rgb, self.inherits.rgb),
                *_inherited(self.flow, self.inherits.flow),
            ]
        )
        load_state(model, state, OWN_KIND, self.inherits.new, f"{self.rgb}, {self.flow}")


def _inherited(path: Path, renames: Pairs) -> Iterator[tuple[str, Tensor]]:
    """A stream's tensors by the joint network's names; those that no pair names are left out."""
    if is_pass_through(path):
        raise TrainingError(
            f"{path}: holds no trained network, but the recipe's joint network begins with it; "
            "give the recipe that stream, or joint: null"
        )
    for name, tensor in read_trained(path).weights.items():
        for theirs, ours in renames:
            if name.startswith(theirs):
                yield ours + name.removeprefix(theirs), tensor
                break
