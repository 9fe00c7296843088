"""Small videos of every kind that people have."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

TICKS = 90_000
QUARTER_TURN = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)


def pictures(num_frames: int, width: int, height: int) -> list[np.ndarray]:
    """Return frames of a smooth picture that moves right by two pixels a frame."""
    noise = np.random.default_rng(0).random((height, width + 2 * num_frames, 3)).astype(np.float32)
    smooth = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3.0), None, 0, 255, cv2.NORM_MINMAX)
    picture = smooth.astype(np.uint8)
    starts = [2 * (num_frames - number) for number in range(num_frames)]
    return [picture[:, start : start + width] for start in starts]


def write_film(
    path: Path,
    num_frames: int = 12,
    *,
    times: list[float] | None = None,
    rate: int = 24,
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
) -> Path:
    """Write a video with its index first; frames are shown at ``times``, or at an even pace."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": "18", "threads": "1", "g": "4", "bf": "0"}
        if times is not None:
            stream.codec_context.time_base = Fraction(1, TICKS)
        for number, image in enumerate(pictures(num_frames, *size)):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = round(times[number] * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turn(path: Path) -> Path:
    """Give an mp4 file the flag that it is to be shown turned by a quarter."""
    content = bytearray(path.read_bytes())
    matrix = content.find(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9i", *QUARTER_TURN)
    path.write_bytes(content)
    return path


def cut(path: Path, share: float) -> Path:
    """Leave a share of a file's bytes."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def write_sound(path: Path) -> Path:
    """Write a file that holds sound alone."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def frame_times(path: Path) -> list[float]:
    """Return when a video's frames are shown, by a reader of our own."""
    with av.open(str(path)) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
