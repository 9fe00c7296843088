"""Look after published weights: ``python -m stages.weights [fetch KEY... | verify [KEY...]]``.

Without a word it lists them. It needs no data, and only ``fetch`` uses the network.
"""

import sys

from pipeline.models.errors import WeightsError
from pipeline.params import ParamsError
from pipeline.weights_command.command import run
from stages.environment import read_environment


def main() -> None:
    """Print a line for each file; a fault is one line and exit status 1."""
    try:
        for line in run(sys.argv[1:], read_environment().root):
            print(line)
    except (WeightsError, ParamsError, OSError) as error:
        sys.exit(f"weights: {error}")


if __name__ == "__main__":
    main()
