"""Train a stream's first phase, or pass through: ``python -m stages.pretrain rgb``."""

import sys
from pathlib import Path

from stages.phases import train_stream


def main() -> None:
    """Write ``models/<stream>/pretrain.pt`` and ``pretrain.csv``."""
    train_stream("pretrain", sys.argv[1], None, Path("models") / sys.argv[1] / "pretrain.pt")


if __name__ == "__main__":
    main()
