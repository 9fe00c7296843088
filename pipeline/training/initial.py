"""The weights that a phase begins with."""

from pathlib import Path

from pipeline.memo import file_digest
from pipeline.models.recognizer import Recognizer
from pipeline.models.weights import load_weights
from pipeline.training.errors import TrainingError
from pipeline.training.params import InitialConfig, PreviousPhase, Scratch
from pipeline.training.phase_file import is_pass_through

OWN_KIND = "fixate"


def initial_file(initial: InitialConfig, previous: Path | None, root: Path) -> Path | None:
    """Return the file of the initial weights; None where they are random.

    Args:
        initial: the phase's choice.
        previous: what the stream's first phase left; None in that phase itself.
        root: what a relative path of weights begins at.

    Raises:
        TrainingError: the first phase is asked for, but there was none.
    """
    if isinstance(initial, Scratch):
        return None
    if not isinstance(initial, PreviousPhase):
        return root / initial.path
    if previous is None or is_pass_through(previous):
        raise TrainingError(
            "initial: found 'previous', but the recipe has no first phase of this stream; give "
            "it a pretrain, or begin with 'scratch' or 'file'"
        )
    return previous


def load_initial(model: Recognizer, initial: InitialConfig, path: Path | None) -> None:
    """Load the initial weights into a network, in place; random ones are there already."""
    if path is None or isinstance(initial, Scratch):
        return
    kind = OWN_KIND if isinstance(initial, PreviousPhase) else initial.kind
    load_weights(model, path, kind, initial.new)


def initial_digest(path: Path | None) -> str:
    """Return the digest of the initial weights' file; empty for random ones."""
    if path is None:
        return ""
    if not path.is_file():
        raise TrainingError(
            f"{path}: no such file of initial weights; put the checkpoint there, or train without "
            "it by model.weights=scratch"
        )
    return file_digest(path)
