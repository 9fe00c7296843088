"""Score validation and test clips: ``python -m stages.score``, alone or under torchrun."""

import os
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from pipeline.clips.store import ClipStore
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.score import SCORED_PARTS, write_stream_scores
from pipeline.evaluation.sharding import Processes, gather_scores
from pipeline.evaluation.trained import write_no_joint_scores
from pipeline.params import read_section
from pipeline.training.distributed import Group, open_group
from pipeline.training.fingerprint import code_digest, data_digest
from pipeline.training.launch import ALONE, end_with_parent, read_launch, relaunch
from stages.environment import Environment, read_environment
from stages.tracked import stage_run

SCORES_DIR = Path("data/scores")


def main() -> None:
    """Write ``data/scores``; ``FIXATE_DEVICES=2`` starts two processes that share the clips."""
    launch, num_processes = read_launch(os.environ), int(os.environ.get("FIXATE_DEVICES") or 1)
    if launch or "DVC_ROOT" in os.environ:
        end_with_parent()
    if launch is None and num_processes > 1:
        sys.exit(relaunch("stages.score", [], num_processes))
    config = read_section(Path("data/config/score.yaml"), ScoreConfig)
    environment = read_environment()
    with open_group(launch or ALONE, environment.device) as group:
        with stage_run("score", config) if group.is_first else nullcontext():
            score(config, environment, group)


def score(config: ScoreConfig, environment: Environment, group: Group) -> None:
    """Write all scores."""
    processes = Processes(
        *(group.rank, group.world, group.device, max(environment.workers // group.world, 1)),
        *(group.broadcast, partial(gather_scores, world=group.world)),
    )
    for store in (ClipStore(Path("data/clips"), "rgb"), ClipStore(Path("data/clips"), "flow")):
        made_of = data_digest(store, SCORED_PARTS, with_gaze=False) + code_digest()
        write_stream_scores(
            store,
            Path(f"models/{store.stream}/model.pt"),
            config,
            SCORES_DIR / f"{store.stream}.h5",
            made_of=made_of if group.is_first else "",
            memo=environment.memo,
            processes=processes,
        )
    if group.is_first:
        write_no_joint_scores(Path("models/joint.pt"), SCORES_DIR / "rgb.h5", SCORES_DIR / "joint.h5")


if __name__ == "__main__":
    main()
