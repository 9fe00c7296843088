"""A tiny packed set with gaze, and explanation files of it: three sessions of four clips each."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from pipeline.clips.crop import centre_crop
from pipeline.clips.row import ClipRow
from pipeline.clips.shard import write_shard
from pipeline.clips.store import ClipStore
from pipeline.clips.stored import StoredGaze, StoredImages, StoredSession
from pipeline.frames.encode import encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.tables.clips import Clip

HEIGHT, WIDTH, CROP = 12, 20, 10
NUM_FRAMES = 16
PARTS = ("train", "validation", "test", "test")
SESSIONS = ("one", "three", "two")


def write_set(data_dir: Path, *, parts: Sequence[str] = PARTS, seed: int = 0) -> ClipStore:
    """Write frames, and clips with random gaze in the middle of the image."""
    generator = np.random.default_rng(seed)
    for session in SESSIONS:
        names = [f"{session}-{number}" for number in range(len(parts))]
        clips = [
            Clip(name, session, "P1", name, 0, NUM_FRAMES, at, at + NUM_FRAMES, 0, None, (), part)
            for name, part, at in zip(
                names, parts, range(0, NUM_FRAMES * len(parts), NUM_FRAMES), strict=True
            )
        ]
        image = encode_rgb(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 95)
        with ImageWriter(data_dir / "frames" / f"{session}.h5", "frames", {}) as writer:
            for name in names:
                writer.add_video(name, Size(WIDTH, HEIGHT), [image] * NUM_FRAMES)
        places = {
            name: range(number * NUM_FRAMES, (number + 1) * NUM_FRAMES)
            for number, name in enumerate(names)
        }
        images = StoredImages(places, "{}")
        gaze = random_gaze(generator, NUM_FRAMES * len(parts))
        stored = StoredSession(images, StoredImages({}, ""), len(gaze.valid))
        write_shard(data_dir / "clips" / f"{session}.h5", clips, stored, gaze)
    return ClipStore(data_dir / "clips", "rgb")


def random_gaze(generator: np.random.Generator, num_frames: int) -> StoredGaze:
    """Return gaze around the middle; a fifth of the frames has none."""
    points = np.clip(generator.normal(0.5, 0.12, (num_frames, 2)), 0, 1).astype(np.float32)
    valid = generator.random(num_frames) < 0.8
    points[~valid] = np.nan
    kind = np.where(valid, generator.integers(1, 3, num_frames), 3)
    return StoredGaze(points, kind.astype(np.uint8), valid)


def no_gaze(clips_dir: Path, part: str | None = None) -> None:
    """Take away all gaze, or that of one part."""
    for path in clips_dir.glob("*.h5"):
        with h5py.File(path, "r+") as file:
            for row, own in enumerate(file["clips/part"].asstr()[:]):
                if part in {None, own}:
                    first = file["clips/first_gaze"][row]
                    rows = slice(first, first + file["clips/num_frames"][row])
                    file["gaze/valid"][rows] = False
                    file["gaze/kind"][rows] = 0


def look_away(shard: Path, row: int) -> None:
    """Move a clip's gaze to the image's left border, far outside of the crop."""
    with h5py.File(shard, "r+") as file:
        frames = slice(row * NUM_FRAMES, (row + 1) * NUM_FRAMES)
        valid = file["gaze/valid"][frames]
        file["gaze/points"][frames] = np.where(valid[:, None], [0.0, 0.5], np.nan)


def copy_gaze(source: Path, target: Path, rows: Sequence[int]) -> None:
    """Give some clips of a session the gaze that they have in another set."""
    with h5py.File(source) as given, h5py.File(target, "r+") as file:
        for row in rows:
            frames = slice(row * NUM_FRAMES, (row + 1) * NUM_FRAMES)
            for key in ("points", "kind", "valid"):
                file[f"gaze/{key}"][frames] = given[f"gaze/{key}"][frames]


def gaze_following_maps(store: ClipStore, clip: ClipRow) -> np.ndarray:
    """Return maps of both windows of a clip that are highest where the wearer looks."""
    points, valid = store.gaze(clip.index, np.arange(NUM_FRAMES))
    crop = centre_crop(HEIGHT, WIDTH, CROP)
    pixels = points * (WIDTH, HEIGHT) - (crop.left, crop.top)
    cells = np.clip(np.where(valid[:, None], pixels, 0) / CROP * 5, 0, 4).astype(int)
    maps = np.full((2, 8, 5, 5), 0.1, np.float32)
    for frame in range(NUM_FRAMES):
        maps[frame // 8, frame % 8, cells[frame, 1], cells[frame, 0]] = 1.0
    return maps


def write_explanation(
    path: Path,
    store: ClipStore,
    *,
    parts: Sequence[str] = ("validation", "test"),
    sampled: Sequence[str] = (),
    with_attention: bool = True,
) -> Path:
    """Write maps of two windows a clip, and Grad-CAM++ of the sampled clips."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chosen = [clip for clip in store.clips if clip.part in parts]
    with h5py.File(path, "w") as file:
        file.attrs["crop"] = CROP
        _write_group(file, store, chosen, with_maps=with_attention)
        if sampled:
            group = file.create_group("sample")
            _write_group(group, store, [clip for clip in chosen if clip.name in sampled])
    return path


def _write_group(
    group: h5py.Group, store: ClipStore, clips: Sequence[ClipRow], *, with_maps: bool = True
) -> None:
    names = np.array([clip.name for clip in clips], object)
    group.create_dataset("clip", data=names, dtype=h5py.string_dtype())
    group["first"] = 2 * np.arange(len(clips) + 1)
    windows = np.arange(NUM_FRAMES, dtype=np.int32).reshape(2, 8)
    group["window_frames"] = np.tile(windows, (len(clips), 1))
    if with_maps:
        group["maps"] = np.concatenate([gaze_following_maps(store, clip) for clip in clips])
