"""The stage kitchen: renders the built-in demo set, if it was chosen."""

from dataclasses import asdict
from pathlib import Path

from pipeline.kitchen.params import KitchenConfig
from pipeline.kitchen.writing import write_kitchen, write_notes
from pipeline.params import read_section
from pipeline.progress import Progress
from stages.environment import read_environment
from stages.tracked import stage_run

CONFIG = Path("data/config/kitchen.yaml")
ROOT = Path("data/raw/kitchen")


def main() -> None:
    """Write the set, or the folders that stand for it."""
    config = read_section(CONFIG, KitchenConfig)
    with stage_run("kitchen", config) as run:
        if not config.write:
            write_notes(ROOT)
            return
        crew = read_environment().crew
        with Progress("kitchen", config.kitchen.sessions, "session") as progress:
            summary = write_kitchen(config.kitchen, ROOT, crew, progress)
        run.log_metrics({f"kitchen/{name}": count for name, count in asdict(summary).items()})


if __name__ == "__main__":
    main()
