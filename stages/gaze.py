"""Bring every session's gaze file to one schema: ``python -m stages.gaze``."""

import json
from pathlib import Path

from pipeline.gaze.extract import extract_gaze
from pipeline.gaze.params import GazeConfig
from pipeline.gaze.quality import describe_counts
from pipeline.params import read_section
from stages.environment import read_environment
from stages.tracked import stage_run

QUALITY_PATH = Path("reports/gaze_quality.json")


def main() -> None:
    """Write ``data/gaze``, ``reports/gaze_quality.json`` and ``data/quarantine/gaze.csv``."""
    config = read_section(Path("data/config/gaze.yaml"), GazeConfig)
    environment = read_environment()
    with stage_run("gaze", config) as run:
        report = extract_gaze(
            config,
            Path("data/index/clips.csv"),
            Path("data/index/gaze.csv"),
            Path("data/gaze"),
            quality_path=QUALITY_PATH,
            quarantine_path=Path("data/quarantine/gaze.csv"),
            memo=environment.memo,
            workers=environment.workers,
        )
        totals = describe_counts(report.total) if report.total else {}
        run.log_metrics(
            {
                "gaze/sessions": report.num_sessions,
                "gaze/sessions_computed": report.num_computed,
                "gaze/sessions_without_gaze": report.num_without_gaze,
                "gaze/quarantined": report.num_quarantined,
                "gaze/seconds": report.seconds,
            }
            | {f"gaze/{name}": value for name, value in totals.items()}
        )
        sessions = json.loads(QUALITY_PATH.read_text(encoding="utf-8"))["sessions"]
        table = [{"session": name} | figures for name, figures in sessions.items()]
        if table:
            run.log_table("gaze_sessions.json", table)


if __name__ == "__main__":
    main()
