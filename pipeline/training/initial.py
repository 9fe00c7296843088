"""The weights that a phase begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from pipeline.memo import file_digest
from pipeline.models.key_maps import OWN_KIND
from pipeline.models.pretrained import find
from pipeline.models.trained import is_pass_through
from pipeline.models.weights import load_weights
from pipeline.training.errors import TrainingError
from pipeline.training.initial_params import (
    InitialConfig,
    PreviousPhase,
    Scratch,
    TrainedStreams,
    WeightsFile,
)


@dataclass(frozen=True)
class InitialWeights:
    """A file of initial weights, and how its names become the network's.

    Args:
        path: the file.
        kind: a key of `pipeline.models.key_maps.KEY_MAPS`.
        new: beginnings of names that the file may not know.
        renames: pairs of beginnings of names, the file's and the network's.
    """

    path: Path
    kind: str
    new: Sequence[str]
    renames: Sequence[tuple[str, str]]

    @property
    def key(self) -> list[object]:
        """What the start depends on: the file's content, and what becomes of it.

        Raises:
            TrainingError: there is no file.
        """
        if not self.path.is_file():
            raise TrainingError(
                f"{self.path}: no such file of initial weights; put the checkpoint there, or train "
                "without it by model.weights=scratch"
            )
        return [file_digest(self.path), self.kind, list(self.new), list(self.renames)]

    def load(self, model: nn.Module) -> None:
        """Load the weights into a network, in place."""
        load_weights(model, self.path, self.kind, self.new, self.renames)


def find_initial(
    initial: InitialConfig, previous: Path | None, root: Path
) -> InitialWeights | None:
    """Return where the initial weights are; None where they are random.

    Args:
        initial: the phase's choice.
        previous: what the stream's first phase left; None in that phase itself.
        root: what a relative path of weights begins at.

    Raises:
        TrainingError: the first phase is asked for, but there was none.
    """
    if isinstance(initial, Scratch):
        return None
    if isinstance(initial, PreviousPhase):
        path = first_phase_file(previous, "initial")
        return InitialWeights(path, OWN_KIND, initial.new, initial.renames)
    if isinstance(initial, WeightsFile):
        return InitialWeights(root / initial.path, initial.kind, initial.new, ())
    if isinstance(initial, TrainedStreams):
        raise TrainingError(
            "initial: found 'streams', which are what a network of both begins with; give one "
            "stream another value"
        )
    path, kind = find(initial.weights, root)
    return InitialWeights(path, kind, initial.new, ())


def first_phase_file(previous: Path | None, key: str) -> Path:
    """Return the file that the stream's first phase left.

    key: of the recipe, where the first phase is asked for.

    Raises:
        TrainingError: there was none.
    """
    if previous is None or is_pass_through(previous):
        raise TrainingError(
            f"{key}: found 'previous', but the recipe has no first phase of this stream; give it a "
            "pretrain, or another value"
        )
    return previous
