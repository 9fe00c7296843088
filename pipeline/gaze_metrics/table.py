"""``data/gaze_metrics/<stream>.csv``: one line a test clip and kind of map."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.atomic import atomic_write
from pipeline.clips.row import ClipRow
from pipeline.gaze_metrics.clip import Measured
from pipeline.gaze_metrics.measure import BETTER

HEADER = ("clip", "session", "part", "kind", "frames", *BETTER)


def write_table(path: Path, measured: Sequence[tuple[ClipRow, Mapping[str, Measured]]]) -> None:
    """Write the means over each clip's frames; a field is empty where there is no number."""
    with atomic_write(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for clip, kinds in measured:
            for kind, own in kinds.items():
                values = [f"{own.means[name]:.6g}" if name in own.means else "" for name in BETTER]
                writer.writerow([clip.name, clip.session, clip.part, kind, own.frames, *values])
