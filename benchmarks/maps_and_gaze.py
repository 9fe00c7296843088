"""Do attention maps look where the camera wearer looks? AUC of the test clips' maps against gaze.

    python -m benchmarks.maps_and_gaze data/explain/rgb.h5 data/explain/flow.h5

For every test frame with valid gaze inside the map: the share of cells that the map ranks below the
cell that was looked at, ties by half (the area under the ROC curve for one fixation; Judd et al.,
ICCV 2009). The centre prior is a Gaussian at the middle of the map of half its height, the same for
every frame. Means are over clips of the means over their frames; the interval is 1.96 standard
errors over clips.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from pipeline.clips.crop import centre_crop, crop_gaze
from pipeline.clips.store import ClipStore
from pipeline.evaluation.explain import ClipMaps, read_maps

RESULTS = Path("benchmarks/results/maps_and_gaze.json")


@dataclass(frozen=True)
class Row:
    """One file of maps: areas under the curve, of its maps and of the centre prior."""

    file: str
    clips: int
    frames: int
    map_auc: float
    centre_auc: float
    difference: float
    interval: float


def area(values: Float[np.ndarray, "h w"], point: Float[np.ndarray, " 2"]) -> float:
    """Return the share of cells that rank below the one at a point in [0, 1], ties by half."""
    height, width = values.shape
    column = min(int(point[0] * width), width - 1)
    row = min(int(point[1] * height), height - 1)
    below = (values < values[row, column]).sum()
    ties = (values == values[row, column]).sum() - 1
    return float((below + ties / 2) / (values.size - 1))


def centre_prior(height: int, width: int) -> Float[np.ndarray, "h w"]:
    """Return a Gaussian at the middle, of half the map's height."""
    rows = (np.arange(height) + 0.5 - height / 2) / (height / 2)
    columns = (np.arange(width) + 0.5 - width / 2) / (height / 2)
    return np.exp(-(rows[:, None] ** 2 + columns[None] ** 2) / 2)


def measure_file(path: Path, store: ClipStore) -> Row | None:
    """Return a file's row; None where its method has no maps."""
    clips = [clip for clip in store.clips if clip.part == "test"]
    maps = read_maps(path, [clip.name for clip in clips])
    if not maps:
        return None
    pairs = [_measure_clip(maps[clip.name], store, clip.index) for clip in clips]
    pairs = [pair for pair in pairs if len(pair)]
    means = np.array([pair.mean(axis=0) for pair in pairs])  # (clips, 2)
    difference = means[:, 0] - means[:, 1]
    return Row(
        file=str(path),
        clips=len(pairs),
        frames=sum(len(pair) for pair in pairs),
        map_auc=float(means[:, 0].mean()),
        centre_auc=float(means[:, 1].mean()),
        difference=float(difference.mean()),
        interval=float(1.96 * difference.std(ddof=1) / len(pairs) ** 0.5),
    )


def _measure_clip(maps: ClipMaps, store: ClipStore, clip: int) -> Float[np.ndarray, "n 2"]:
    """Areas of map and centre prior, of each frame of each window with gaze."""
    steps, height, width = maps.maps.shape[1:]
    prior = centre_prior(height, width)
    found = []
    for frames, window in zip(maps.frames, maps.maps, strict=True):
        images = store.images(clip, frames[:1])
        side = maps.crop or min(images.shape[1:3])
        crop = centre_crop(images.shape[1], images.shape[2], side)
        points, valid = crop_gaze(*store.gaze(clip, frames), crop, *images.shape[1:3])
        for place in np.flatnonzero(valid):
            step = place * steps // len(frames)
            found.append((area(window[step], points[place]), area(prior, points[place])))
    return np.array(found).reshape(-1, 2)


def main(paths: Sequence[str]) -> None:
    """Print one row a file, and write them."""
    store = ClipStore(Path("data/clips"), "rgb")
    rows = [row for path in paths if (row := measure_file(Path(path), store))]
    print(f"{'maps':<40} {'clips':>5} {'frames':>6} {'AUC':>6} {'centre':>6} difference")
    for row in rows:
        print(
            f"{row.file[-40:]:<40} {row.clips:>5} {row.frames:>6} {row.map_auc:>6.3f} "
            f"{row.centre_auc:>6.3f} {row.difference:+.3f} ± {row.interval:.3f}"
        )
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
