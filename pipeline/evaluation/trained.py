"""The trained network of one stream or of both, as scoring needs it."""

from pathlib import Path

from pipeline.models.errors import WeightsError
from pipeline.models.recognizer import Recognizer
from pipeline.models.trained import build_trained, read_trained
from pipeline.models.two_stream.two_stream import TwoStreamNetwork


def load_stream(path: Path) -> Recognizer:
    """Build the network that ``models/<stream>/model.pt`` describes, with its weights, on the CPU.

    Raises:
        WeightsError: the file is absent, or holds no network of one stream that names actions, or
            its weights do not fit its own description.
    """
    network = _load(path)
    if isinstance(network, Recognizer):
        return network
    raise WeightsError(f"{path}: found a network of both streams, expected one stream's")


def load_joint(path: Path) -> TwoStreamNetwork:
    """Build the network that ``models/joint.pt`` describes, as `load_stream` does."""
    network = _load(path)
    if isinstance(network, TwoStreamNetwork):
        return network
    raise WeightsError(f"{path}: found a network of one stream, expected one of both")


def _load(path: Path) -> Recognizer | TwoStreamNetwork:
    trained = read_trained(path)
    if trained.naming.target != "action":
        raise WeightsError(
            f"{path}: names a clip's {trained.naming.target}, expected its action; score the model "
            "of the main phase"
        )
    return build_trained(trained, path)
