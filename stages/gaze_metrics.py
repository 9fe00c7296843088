"""Measure one stream's maps against gaze: ``python -m stages.gaze_metrics rgb``."""

import sys
from pathlib import Path

from pipeline.clips.store import GROUPS, ClipStore, Stream
from pipeline.gaze_metrics.params import GazeMetricsConfig
from pipeline.gaze_metrics.write import read_means, work_key, write_metrics
from pipeline.params import read_section
from stages.environment import read_environment
from stages.tracked import stage_run


def main(stream: Stream) -> None:
    """Write ``data/gaze_metrics/<stream>.csv`` and ``reports/gaze_metrics_<stream>.json``."""
    config = read_section(Path("data/config/gaze_metrics.yaml"), GazeMetricsConfig)
    table = Path(f"data/gaze_metrics/{stream}.csv")
    summary = Path(f"reports/gaze_metrics_{stream}.json")
    with stage_run(f"gaze_metrics@{stream}", config) as run:
        measure(stream, config, table, summary)
        run.log_metrics(read_means(summary))


def measure(stream: Stream, config: GazeMetricsConfig, table: Path, summary: Path) -> None:
    """Measure a stream, or fetch what was measured before."""
    memo = read_environment().memo
    store, explanation = ClipStore(Path("data/clips"), stream), Path(f"data/explain/{stream}.h5")
    files = {"gaze_metrics.csv": table, "gaze_metrics.json": summary}
    key = work_key(store, explanation, config)
    if not memo.fetch("gaze_metrics", key, files):
        write_metrics(store, explanation, config, table, summary)
        memo.store("gaze_metrics", key, files)


if __name__ == "__main__":
    streams: dict[str, Stream] = {"rgb": "rgb", "flow": "flow"}
    if sys.argv[1:] not in [[name] for name in GROUPS]:
        sys.exit(f"usage: python -m stages.gaze_metrics {'|'.join(GROUPS)}")
    main(streams[sys.argv[1]])
