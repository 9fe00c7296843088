"""Fuse the streams' scores: ``python -m stages.fuse``."""

import json
from pathlib import Path

from pipeline.evaluation.fusion import fuse_scores
from pipeline.evaluation.params import FuseConfig
from pipeline.evaluation.scores import read_scores, write_scores
from pipeline.params import read_section
from stages.tracked import stage_run

SCORES_DIR = Path("data/scores")


def main() -> None:
    """Write ``data/scores/fused.h5``."""
    config = read_section(Path("data/config/fuse.yaml"), FuseConfig)
    with stage_run("fuse", config) as run:
        rgb, flow, joint = (
            read_scores(SCORES_DIR / f"{stream}.h5") for stream in ("rgb", "flow", "joint")
        )
        fused = fuse_scores(rgb, flow, joint, config)
        write_scores(SCORES_DIR / "fused.h5", fused)
        run.log_metrics({"fuse/clips": len(fused.clips)})
        run.log_text("fusion.json", json.dumps(fused.protocol["fusion"]))


if __name__ == "__main__":
    main()
