"""Decode and resize every session's videos, once: ``python -m stages.frames [--shard 0/8]``."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.frames.extract import extract_frames
from pipeline.frames.params import FramesConfig
from pipeline.params import read_section
from stages.environment import read_environment
from stages.sharded import read_shard, shard_outs
from stages.tracked import stage_run


def main(arguments: Sequence[str]) -> None:
    """Write ``data/frames`` and ``data/quarantine/frames.csv``; a shard, the memo store only."""
    shard = read_shard("frames", arguments)
    config = read_section(Path("data/config/frames.yaml"), FramesConfig)
    environment = read_environment()
    crew = replace(environment.crew, shard=shard)
    sessions_csv = Path("data/index/sessions.csv")
    extract = partial(extract_frames, config, sessions_csv, memo=environment.memo, crew=crew)
    if shard is not None:
        with shard_outs("frames", environment) as outs:
            report = extract(outs / "frames", outs / "quarantine.csv")
        print(
            f"frames, shard {shard}: {report.num_sessions} sessions, {report.num_computed} of them "
            f"computed, in {report.seconds:.1f} s"
        )
        return
    with stage_run("frames", config) as run:
        report = extract(Path("data/frames"), Path("data/quarantine/frames.csv"))
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
    main(sys.argv[1:])
