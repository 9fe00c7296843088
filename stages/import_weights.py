"""Check or convert a published checkpoint: ``python -m stages.import_weights FILE... --as KIND``.

It prints what was loaded, renamed, adapted, left out and new; ``-o`` saves the network as training
would have. It needs neither data nor params.yaml.
"""

import sys

from pipeline.models.errors import WeightsError
from pipeline.weights_command.importing import run


def main() -> None:
    """Print every tensor's fate; a fault is one message and exit status 1."""
    try:
        print(run(sys.argv[1:]))
    except (WeightsError, OSError) as error:
        sys.exit(f"import_weights: {error}")


if __name__ == "__main__":
    main()
