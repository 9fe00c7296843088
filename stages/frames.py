"""Decode and resize every session's videos, once: ``python -m stages.frames``."""

from pathlib import Path

from pipeline.frames.extract import extract_frames
from pipeline.frames.params import FramesConfig
from pipeline.params import read_section
from stages.environment import read_environment
from stages.tracked import stage_run


def main() -> None:
    """Write ``data/frames`` and ``data/quarantine/frames.csv``."""
    config = read_section(Path("data/config/frames.yaml"), FramesConfig)
    environment = read_environment()
    with stage_run("frames", config) as run:
        report = extract_frames(
            config,
            Path("data/index/sessions.csv"),
            Path("data/frames"),
            Path("data/quarantine/frames.csv"),
            memo=environment.memo,
            workers=environment.workers,
        )
        run.log_metrics(
            {
                "frames/sessions": report.num_sessions,
                "frames/sessions_computed": report.num_computed,
                "frames/frames": report.num_frames,
                "frames/megabytes": report.num_bytes / 1e6,
                "frames/quarantined": report.num_quarantined,
                "frames/seconds": report.seconds,
            }
        )


if __name__ == "__main__":
    main()
