"""Check params.yaml and the recipe, write what each stage reads: ``python -m stages.configure``."""

import sys
from pathlib import Path

from pipeline.configuration.load import load_configuration
from pipeline.params import ParamsError, write_section
from stages.environment import EnvironmentFault, read_environment


def main() -> None:
    """Write ``data/config/<stage>.yaml``; a fault is one line, and ends the run."""
    try:
        environment = read_environment()
        sections, notes = load_configuration(
            *(Path("params.yaml"), Path("recipes")),
            *(environment.root, environment.crew.processes),
        )
    except (EnvironmentFault, ParamsError) as error:
        sys.exit(f"\n{error}\n")
    for name, section in sections.items():
        write_section(Path("data/config") / f"{name}.yaml", section)
    for note in notes:
        print(f"configure: {note}")


if __name__ == "__main__":
    main()
