from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_configs import FLOW

from pipeline.flow.params import FlowConfig
from pipeline.frames.encode import encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.memo import Memo

MARGIN = 12


@pytest.fixture(scope="session")
def picture() -> np.ndarray:
    """Return a smooth grey texture, 72x88, wider than a frame so that it can be shifted."""
    noise = np.random.default_rng(0).random((48 + 2 * MARGIN, 64 + 2 * MARGIN)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


@pytest.fixture(scope="session")
def view(picture) -> Callable[[int, int], np.ndarray]:
    """Return a function: the 64x48 frame in which everything has moved by (dx, dy) pixels."""

    def see(dx: int, dy: int) -> np.ndarray:
        top, left = MARGIN - dy, MARGIN - dx
        return np.ascontiguousarray(picture[top : top + 48, left : left + 64])

    return see


@pytest.fixture
def config() -> FlowConfig:
    return FLOW


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return Memo(tmp_path / ".work", ())


@pytest.fixture
def store_frames(tmp_path: Path, view) -> Callable[[str, Mapping[str, int]], Path]:
    """Return a function that stores videos of so many frames, one pixel of motion each."""

    def store(session: str, videos: Mapping[str, int]) -> Path:
        path = tmp_path / "frames" / f"{session}.h5"
        with ImageWriter(path, "frames", {"size": 48, "quality": 95}) as writer:
            for name, num_frames in videos.items():
                grey = [view(number % 4, 0) for number in range(num_frames)]
                images = (encode_rgb(np.dstack([image] * 3), 95) for image in grey)
                writer.add_video(name, Size(64, 48), images)
        return path

    return store
