"""What the layers are painted with: pictures finer than a frame, so that moving them is exact.

A texture has ``OVERSAMPLING`` pixels to a pixel of the frame and is blurred as by a lens, so that
bicubic sampling anywhere on it neither aliases nor blurs one frame more than the other.
"""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from pipeline.frames.decode import decode_video

OVERSAMPLING = 2
LENS_SIGMA_PIXELS = 0.6
"""Of the lens's blur, in pixels of the frame."""
GREY_LIMITS = (5.0, 250.0)
STILL_SIDE = 270
"""The short side at which a video's frame is read, before it is enlarged."""
LEAVES_PER_PIXEL = 0.008
"""Of the frame: enough to leave no ground bare."""
LEAF_RADII_PIXELS = (4.0, 80.0)
LEAF_GREYS = (40, 200)
PINK_SIGMA_GREYS = 12.0
HARMONICS = 5


def draw_texture(rng: np.random.Generator, height: int, width: int) -> Float32[np.ndarray, "h w"]:
    """Return dead leaves under 1/f noise, for ``height`` x ``width`` pixels of the frame.

    Both have a natural image's spectrum; the leaves (Lee, Mumford, Huang, IJCV 2001) also its
    edges: discs that hide one another, of radii with density r^-3.
    """
    shape = (OVERSAMPLING * height, OVERSAMPLING * width)
    leaves = _dead_leaves(rng, *shape).astype(np.float32)
    picture = leaves + PINK_SIGMA_GREYS * pink_noise(rng, *shape)
    return blur_as_lens(np.clip(picture, *GREY_LIMITS))


def pink_noise(rng: np.random.Generator, height: int, width: int) -> Float32[np.ndarray, "h w"]:
    """Return noise of amplitude 1/f, mean 0 and standard deviation 1; it is periodic."""
    down = np.fft.fftfreq(height)[:, None]
    across = np.fft.rfftfreq(width)[None]
    frequency = np.hypot(down, across)
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / frequency
    noise = np.fft.irfft2(spectrum, (height, width))
    return (noise / noise.std()).astype(np.float32)


def _dead_leaves(rng: np.random.Generator, height: int, width: int) -> UInt8[np.ndarray, "h w"]:
    picture = np.full((height, width), int(rng.integers(*LEAF_GREYS)), np.uint8)
    smallest, largest = OVERSAMPLING * np.array(LEAF_RADII_PIXELS)
    shares = rng.random(round(LEAVES_PER_PIXEL * height * width / OVERSAMPLING**2))
    radii = (smallest**-2 - shares * (smallest**-2 - largest**-2)) ** -0.5
    for radius in radii:
        centre = int(rng.integers(0, width)), int(rng.integers(0, height))
        grey = int(rng.integers(*LEAF_GREYS))
        cv2.circle(picture, centre, int(radius), grey, cv2.FILLED, cv2.LINE_AA)
    return picture


def blur_as_lens(picture: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return a texture as a lens shows it."""
    return cv2.GaussianBlur(picture, (0, 0), OVERSAMPLING * LENS_SIGMA_PIXELS)


def draw_blob(
    rng: np.random.Generator,
    points: Float[np.ndarray, "h w 2"],
    centre: Float[np.ndarray, " 2"],
    radius_pixels: float,
) -> Bool[np.ndarray, "h w"]:
    """Return which points lie in a smooth random outline within ``radius_pixels`` of a centre."""
    x, y = np.moveaxis(points - centre, -1, 0)
    angle = np.arctan2(y, x)
    order = np.arange(1, HARMONICS + 1)
    phases = rng.uniform(0, 2 * np.pi, HARMONICS)
    waves = (np.cos(order * angle[..., None] + phases) / order).sum(axis=-1)
    outline = 0.72 + 0.28 * waves / (1 / order).sum()
    return np.hypot(x, y) < radius_pixels * outline


def read_stills(folder: Path, height: int, width: int) -> dict[str, Float32[np.ndarray, "h w"]]:
    """Return the first frame of each video of a folder as a texture, by file name; {} without one.

    A still is enlarged to cover ``height`` x ``width`` pixels of the frame, and its middle taken.
    """
    shape = (OVERSAMPLING * height, OVERSAMPLING * width)
    return {path.name: _read_still(path, *shape) for path in sorted(folder.glob("*.mp4"))}


def _read_still(path: Path, height: int, width: int) -> Float32[np.ndarray, "{height} {width}"]:
    frame = next(iter(decode_video(path, STILL_SIDE, 1)))
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = max(height / grey.shape[0], width / grey.shape[1])
    size = int(np.ceil(scale * grey.shape[1])), int(np.ceil(scale * grey.shape[0]))
    enlarged = cv2.resize(grey.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    top, left = (enlarged.shape[0] - height) // 2, (enlarged.shape[1] - width) // 2
    cut = enlarged[top : top + height, left : left + width]
    return blur_as_lens(np.clip(cut, *GREY_LIMITS))
