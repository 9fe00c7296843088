"""Score validation and test clips: ``python -m stages.score``, alone or under torchrun."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

from pipeline.clips.store import ClipStore, Stream
from pipeline.evaluation.joint import write_no_joint_scores
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.score import SCORED_PARTS, write_stream_scores
from pipeline.evaluation.sharding import Processes, gather_scores
from pipeline.memo import Memo
from pipeline.params import read_section
from pipeline.training.distributed import Group
from pipeline.training.fingerprint import code_digest, data_digest
from stages.environment import Environment
from stages.launched import run_launched
from stages.tracked import stage_run

SCORES_DIR = Path("data/scores")
STREAMS: tuple[Stream, ...] = ("rgb", "flow")


def main() -> None:
    """Write ``data/scores``; ``FIXATE_DEVICES=2`` starts two processes that share the clips."""
    run_launched("stages.score", [], score_streams)


def score_streams(group: Group, environment: Environment) -> None:
    """Write both streams' scores, as one of the processes."""
    config = read_section(Path("data/config/score.yaml"), ScoreConfig)
    processes = Processes(
        *(group.rank, group.world, group.device, max(environment.crew.processes // group.world, 1)),
        *(group.broadcast, partial(gather_scores, world=group.world)),
    )
    with stage_run("score", config) if processes.is_first else nullcontext():
        for stream in STREAMS:
            score(stream, config, environment.memo, processes)
        if processes.is_first:
            write_no_joint_scores(Path("models/joint.pt"), SCORES_DIR)


def score(stream: Stream, config: ScoreConfig, memo: Memo, processes: Processes) -> None:
    """Write one stream's scores."""
    store, parts = ClipStore(Path("data/clips"), stream), SCORED_PARTS
    is_first = processes.is_first
    made_of = data_digest(store, parts, with_gaze=False) + code_digest() if is_first else ""
    model_path, path = Path(f"models/{stream}/model.pt"), SCORES_DIR / f"{stream}.h5"
    write_stream_scores(
        store, model_path, config, path, made_of=made_of, memo=memo, processes=processes
    )


if __name__ == "__main__":
    main()
