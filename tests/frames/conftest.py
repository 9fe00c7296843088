import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.frames.params import FramesConfig
from pipeline.memo import Memo, file_digest


def write_video(path: Path, num_frames: int, width: int = 64, height: int = 48) -> Path:
    """Write an H.264 clip of a noisy, drifting picture, with its index first in the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "18", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(num_frames):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, number, axis=1), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(name="write_video")
def _write_video() -> Callable[..., Path]:
    return write_video


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a whole clip of 12 frames, 64x48."""
    return write_video(tmp_path_factory.mktemp("video") / "whole.mp4", 12)


@pytest.fixture
def config(tmp_path: Path) -> FramesConfig:
    return FramesConfig(root=str(tmp_path / "raw"), size=32, quality=95)


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return Memo(tmp_path / ".work", ())


@pytest.fixture
def write_sessions(tmp_path: Path) -> Callable[[Mapping[str, list[str]], int], Path]:
    """Return a function that lists videos below raw/ as the index stage would."""

    def write(sessions: Mapping[str, list[str]], num_frames: int) -> Path:
        path = tmp_path / "sessions.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["session", "subject", "video", "num_frames", "digest"])
            for session, videos in sessions.items():
                for name in videos:
                    digest = file_digest(tmp_path / "raw" / name)
                    rows.writerow([session, "P01", name, num_frames, digest])
        return path

    return write
