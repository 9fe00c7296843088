from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.kitchen.video import write_video


@pytest.fixture
def film(tmp_path: Path) -> Callable[[int], Path]:
    """Return a function that makes a 64x48 video of so many frames, which moves right by 2."""
    noise = np.random.default_rng(0).random((48, 200, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 3.0)
    picture = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)

    def make(num_frames: int) -> Path:
        path = tmp_path / "videos" / f"{num_frames}.mp4"
        starts = [100 - 2 * number for number in range(num_frames)]
        frames = np.stack([picture[:, start : start + 64] for start in starts])
        write_video(frames, path, 24)
        return path

    return make
