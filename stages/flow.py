"""Compute TV-L1 optical flow between neighbouring stored frames: ``python -m stages.flow``."""

from dataclasses import asdict
from pathlib import Path

from pipeline.flow.extract import extract_flow
from pipeline.flow.params import FlowConfig
from pipeline.params import read_section
from stages.environment import read_environment
from stages.tracked import stage_run


def main() -> None:
    """Write ``data/flow`` and ``data/quarantine/flow.csv``."""
    config = read_section(Path("data/config/flow.yaml"), FlowConfig)
    environment = read_environment()
    with stage_run("flow", config) as run:
        report = extract_flow(
            config,
            Path("data/frames"),
            Path("data/flow"),
            Path("data/quarantine/flow.csv"),
            memo=environment.memo,
            workers=environment.workers,
        )
        run.log_metrics(
            {
                "flow/sessions": len(report.sessions),
                "flow/sessions_computed": report.num_computed,
                "flow/pairs": report.num_pairs,
                "flow/pairs_per_second": report.pairs_per_second,
                "flow/clipped_share": report.clipped_share,
                "flow/megabytes": report.num_bytes / 1e6,
                "flow/seconds": report.seconds,
            }
        )
        run.log_table("flow_sessions.json", [asdict(session) for session in report.sessions])


if __name__ == "__main__":
    main()
