"""Train a stream's main phase: ``python -m stages.train rgb``, alone or under torchrun."""

import sys
from pathlib import Path

from stages.phases import train_stream


def main() -> None:
    """Write ``models/<stream>/model.pt`` and ``train.csv``."""
    folder = Path("models") / sys.argv[1]
    train_stream("train", sys.argv[1], folder / "pretrain.pt", folder / "model.pt")


if __name__ == "__main__":
    main()
