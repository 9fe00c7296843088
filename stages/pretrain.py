"""Train a stream's first phase, or pass through: ``python -m stages.pretrain rgb``."""

import sys
from pathlib import Path

from stages.train import run


def main() -> None:
    """Write ``models/<stream>/pretrain.pt`` and ``pretrain.csv``."""
    stream = sys.argv[1]
    run("pretrain", stream, None, Path(f"models/{stream}/pretrain.pt"))


if __name__ == "__main__":
    main()
