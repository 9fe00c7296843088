"""A tiny data set as the earlier stages leave it: two sessions, three videos, four clips."""

from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.clips.tally import Tally
from pipeline.frames.encode import encode_grey, encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.quarantine import Quarantined, write_quarantine
from pipeline.tables.clips import Clip, write_clips

HEIGHT, WIDTH = 12, 20
VIDEOS = {"one": {"one/a.mp4": 20, "one/b.mp4": 9}, "two": {"two/c.mp4": 30}}
GAZE_ROWS = {"one": 40, "two": 30}
CLIPS = [
    Clip("a", "one", "P1", "one/a.mp4", 0, 20, 0, 20, 0, 1, (3, 5), "train"),
    Clip("b", "one", "P1", "one/b.mp4", 0, 9, 25, 34, 1, 0, (), "test"),
    Clip("c", "two", "P2", "two/c.mp4", 4, 24, 4, 24, 2, None, (4,), "train"),
    Clip("d", "two", "P2", "two/c.mp4", 10, 30, 10, 30, 0, 1, (1,), "validation"),
]


@dataclass(frozen=True)
class Data:
    """The folder ``data`` of a workspace."""

    root: Path

    @property
    def clips_dir(self) -> Path:
        return self.root / "clips"

    def write_images(self, kind: str, session: str, videos: dict[str, int], note: int = 0) -> None:
        """Frame k of a video is red 8k, column j green 10j; of pair p x is 8p and y is 255 - 8p."""
        with ImageWriter(self.root / kind / f"{session}.h5", kind, {"note": note}) as writer:
            for video, count in videos.items():
                images = frame_images(count) if kind == "frames" else flow_images(count - 1)
                writer.add_video(video, Size(WIDTH, HEIGHT), images)

    def write_gaze(self, session: str, num_rows: int) -> None:
        """Gaze of session frame f is at (f / 100, 0.5), every fifth frame is invalid."""
        path = self.root / "gaze" / f"{session}.h5"
        path.parent.mkdir(parents=True, exist_ok=True)
        frames = np.arange(num_rows)
        with h5py.File(path, "w") as file:
            file["points"] = np.stack([frames / 100, np.full(num_rows, 0.5)], 1).astype(np.float32)
            file["kind"] = np.ones(num_rows, np.uint8)
            file["valid"] = frames % 5 != 0

    def quarantine(self, *entries: Quarantined) -> None:
        for stage in ("index", "frames", "flow", "gaze"):
            mine = [entry for entry in entries if entry.stage == stage]
            write_quarantine(self.root / "quarantine" / f"{stage}.csv", mine)

    def list_clips(self, *changes: dict) -> None:
        """List the clips, each with its changes."""
        changes += ({},) * (len(CLIPS) - len(changes))
        clips = [replace(clip, **change) for clip, change in zip(CLIPS, changes, strict=True)]
        write_clips(self.root / "index" / "clips.csv", clips)

    def pack(self, max_share: float = 0.9) -> Tally:
        return pack_clips(
            PackConfig(max_quarantined_share=max_share),
            clips_csv=self.root / "index" / "clips.csv",
            stores=StoreDirs(self.root / "frames", self.root / "flow", self.root / "gaze"),
            quarantine_dir=self.root / "quarantine",
            out_dir=self.clips_dir,
            summary_path=self.root.parent / "reports" / "quarantine.json",
        )


def frame_images(count: int) -> list[bytes]:
    images = np.zeros((count, HEIGHT, WIDTH, 3), np.uint8)
    images[..., 0] = 8 * np.arange(count)[:, None, None]
    images[..., 1] = 10 * np.arange(WIDTH)
    return [encode_rgb(image, 95) for image in images]


def flow_images(count: int) -> list[bytes]:
    levels = [level for pair in range(count) for level in (8 * pair, 255 - 8 * pair)]
    return [encode_grey(np.full((HEIGHT, WIDTH), level, np.uint8), 95) for level in levels]


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """Return what the stages before pack have written, without a fault."""
    made = Data(tmp_path / "data")
    for session, videos in VIDEOS.items():
        made.write_images("frames", session, videos)
        made.write_images("flow", session, videos)
        made.write_gaze(session, GAZE_ROWS[session])
    made.quarantine()
    made.list_clips()
    return made


@pytest.fixture
def packed(data: Data) -> Data:
    data.pack()
    return data
