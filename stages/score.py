"""Score validation and test clips: ``python -m stages.score``, alone or under torchrun."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

from pipeline.clips.store import ClipStore, Stream
from pipeline.evaluation.params import ScoreConfig, ScoringConfig
from pipeline.evaluation.score import SCORED_PARTS, write_network_scores
from pipeline.evaluation.scores import no_scores, write_scores
from pipeline.evaluation.sharding import Processes, gather_scores
from pipeline.memo import Memo
from pipeline.params import read_section
from pipeline.training.distributed import Group
from pipeline.training.fingerprint import code_digest, data_digest
from stages.environment import Environment
from stages.launched import run_launched
from stages.tracked import stage_run

CODE = ("evaluation",)
"""Packages whose code scores run through, beside those that training does."""

CLIPS_DIR, SCORES_DIR = Path("data/clips"), Path("data/scores")
NETWORKS: dict[str, tuple[Path, tuple[Stream, ...]]] = {
    "rgb": (Path("models/rgb/model.pt"), ("rgb",)),
    "flow": (Path("models/flow/model.pt"), ("flow",)),
    "joint": (Path("models/joint.pt"), ("rgb", "flow")),
}
"""Where each is, and what it sees."""


def main() -> None:
    """Write ``data/scores``; ``FIXATE_DEVICES=2`` starts two processes that share the clips."""
    run_launched("stages.score", [], score_networks)


def score_networks(group: Group, environment: Environment) -> None:
    """Write the scores of all networks, as one of the processes."""
    config = read_section(Path("data/config/score.yaml"), ScoringConfig)
    configs = {"rgb": config.rgb, "flow": config.flow, "joint": config.joint}
    processes = Processes(
        *(group.rank, group.world, group.device, max(environment.crew.processes // group.world, 1)),
        *(group.broadcast, partial(gather_scores, world=group.world)),
    )
    with stage_run("score", config) if processes.is_first else nullcontext():
        for name, own in configs.items():
            score(name, own, environment.memo, processes)


def score(name: str, config: ScoreConfig | None, memo: Memo, processes: Processes) -> None:
    """Write one network's scores; of no clip where the method has no such network."""
    path, is_first = SCORES_DIR / f"{name}.h5", processes.is_first
    if config is None:
        if is_first:
            write_scores(path, no_scores())
        return
    model_path, streams = NETWORKS[name]
    stores = [ClipStore(CLIPS_DIR, stream) for stream in streams]
    digests = [data_digest(store, SCORED_PARTS, with_gaze=False) for store in stores if is_first]
    made_of = "".join(digests) + code_digest(*CODE) if is_first else ""
    write_network_scores(
        stores, model_path, config, path, made_of=made_of, memo=memo, processes=processes
    )


if __name__ == "__main__":
    main()
