"""The index stage: a data set's own annotations and videos to the tables of data/index."""

from pathlib import Path

from pipeline.annotations.audit import describe_overlap
from pipeline.annotations.index import write_index
from pipeline.annotations.params import IndexConfig
from pipeline.annotations.report import report_metrics
from pipeline.params import read_section
from stages.environment import read_environment
from stages.tracked import stage_run

QUARANTINE = Path("data/quarantine/index.csv")


def main() -> None:
    """Write ``data/index`` and ``data/quarantine/index.csv``."""
    config = read_section(Path("data/config/index.yaml"), IndexConfig)
    environment = read_environment()
    with stage_run("index", config) as run:
        report = write_index(
            config,
            Path("data/index"),
            QUARANTINE,
            environment.memo,
            environment.crew,
        )
        run.log_metrics(report_metrics(report))
    parts = ", ".join(f"{count} {part}" for part, count in report.clips.items())
    left_out = sum(report.quarantined.values())
    print(f"index: {parts} clips of {report.sessions} sessions; {left_out} left out ({QUARANTINE})")
    print(f"index: {report.protocol.name}: {describe_overlap(report.audit['test_in_train'])}")


if __name__ == "__main__":
    main()
