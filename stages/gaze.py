"""Bring every session's gaze file to one schema: ``python -m stages.gaze [--shard 0/8]``."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.gaze.extract import GazeReport, extract_gaze
from pipeline.gaze.params import GazeConfig
from pipeline.gaze.quality import describe_counts
from pipeline.params import read_section
from pipeline.tracking.stage import StageRun
from stages.environment import read_environment
from stages.sharded import read_shard, shard_outs
from stages.tracked import stage_run

QUALITY_PATH = Path("reports/gaze_quality.json")


def main(arguments: Sequence[str]) -> None:
    """Write ``data/gaze``, the quality report and the quarantine; a shard, the memo store only."""
    shard = read_shard("gaze", arguments)
    config = read_section(Path("data/config/gaze.yaml"), GazeConfig)
    environment = read_environment()
    crew = replace(environment.crew, shard=shard)
    tables = (Path("data/index/clips.csv"), Path("data/index/gaze.csv"))
    extract = partial(extract_gaze, config, *tables, memo=environment.memo, crew=crew)
    if shard is not None:
        with shard_outs("gaze", environment) as outs:
            report = extract(
                outs / "gaze",
                quality_path=outs / "quality.json",
                quarantine_path=outs / "quarantine.csv",
            )
        print(
            f"gaze, shard {shard}: {report.num_sessions} sessions, {report.num_computed} of them "
            f"computed, in {report.seconds:.1f} s"
        )
        return
    with stage_run("gaze", config) as run:
        quarantine_path = Path("data/quarantine/gaze.csv")
        report = extract(
            Path("data/gaze"), quality_path=QUALITY_PATH, quarantine_path=quarantine_path
        )
        _log(run, report)


def _log(run: StageRun, report: GazeReport) -> None:
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
    main(sys.argv[1:])
