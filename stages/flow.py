"""TV-L1 flow between neighbouring stored frames: ``python -m stages.flow [--shard 0/8]``.

With ``--video in.mp4 --out flow.h5`` it is a command of its own for any video (``--help``).
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from pipeline.flow.extract import extract_flow
from pipeline.flow.params import FlowConfig
from pipeline.params import read_section
from stages import flow_command
from stages.environment import find_gpus, read_environment
from stages.sharded import read_shard, shard_outs
from stages.tracked import stage_run


def main(arguments: Sequence[str]) -> None:
    """Write ``data/flow`` and ``data/quarantine/flow.csv``; a shard, the memo store only."""
    if arguments and arguments[0] != "--shard":
        flow_command.run(arguments)
        return
    shard = read_shard("flow", arguments)
    config = read_section(Path("data/config/flow.yaml"), FlowConfig)
    environment = read_environment()
    crew = replace(environment.crew, gpus=find_gpus(os.environ), shard=shard)
    extract = partial(extract_flow, config, Path("data/frames"), memo=environment.memo, crew=crew)
    if shard is not None:
        with shard_outs("flow", environment) as outs:
            report = extract(outs / "flow", outs / "quarantine.csv")
        print(f"flow, shard {shard}: {report}")
        return
    with stage_run("flow", config) as run:
        report = extract(Path("data/flow"), Path("data/quarantine/flow.csv"))
        run.log_metrics(report.metrics)
        run.log_table("flow_sessions.json", [asdict(session) for session in report.sessions])
    print(f"flow: {report}")


if __name__ == "__main__":
    main(sys.argv[1:])
