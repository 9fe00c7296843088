"""Keep what one stream looked at, and its reasons: ``python -m stages.explain rgb``."""

import sys
from pathlib import Path

from pipeline.clips.store import GROUPS, ClipStore, Stream
from pipeline.evaluation.score import SCORED_PARTS
from pipeline.evaluation.trained import load_stream
from pipeline.explanation.explain import VERSION, explain_nothing, explain_stream
from pipeline.explanation.params import ExplainConfig, ExplainingConfig
from pipeline.memo import content_key, file_digest
from pipeline.params import read_section
from pipeline.training.devices import choose_device
from pipeline.training.fingerprint import code_digest, data_digest
from stages.environment import read_environment
from stages.tracked import stage_run

CODE = ("evaluation", "explanation")
"""Packages whose code explanations run through, beside those that training does."""


def main(stream: Stream) -> None:
    """Write ``data/explain/<stream>.h5``; empty where the method has no such stream."""
    config = read_section(Path("data/config/explain.yaml"), ExplainingConfig)
    path = Path(f"data/explain/{stream}.h5")
    with stage_run(f"explain@{stream}", config) as run:
        own = config.of(stream)
        if own is None:
            explain_nothing(path)
        else:
            run.log_metrics(explain(stream, own, path))


def explain(stream: Stream, config: ExplainConfig, path: Path) -> dict[str, float]:
    """Write what a stream's network looked at, or fetch it where it was made before."""
    environment = read_environment()
    store, model_path = ClipStore(Path("data/clips"), stream), Path(f"models/{stream}/model.pt")
    data = data_digest(store, SCORED_PARTS, with_gaze=False)
    key = content_key(data, file_digest(model_path), config, code_digest(*CODE), VERSION)
    if environment.memo.fetch("explain", key, {"explain.h5": path}):
        return {}
    numbers = explain_stream(
        store,
        load_stream(model_path),
        config,
        path,
        label=f"explain {stream}",
        device=choose_device(environment.device, local_rank=0),
        workers=environment.crew.processes,
    )
    environment.memo.store("explain", key, {"explain.h5": path})
    return numbers


if __name__ == "__main__":
    streams: dict[str, Stream] = {"rgb": "rgb", "flow": "flow"}
    if sys.argv[1:] not in [[name] for name in GROUPS]:
        sys.exit(f"usage: python -m stages.explain {'|'.join(GROUPS)}")
    main(streams[sys.argv[1]])
