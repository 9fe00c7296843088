"""Pairs of frames with known flow: textured layers, each with a motion of its own.

Both frames are drawn from the layers' textures. In the first a layer lies at rest; a pixel of the
second shows the layer's point that has moved there, so that ``second(x + flow(x)) = first(x)``
wherever both see the same layer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from benchmarks.flow.motion import Motion, Speeds, draw_motion
from benchmarks.flow.sampling import pixel_grid, sample_bicubic
from benchmarks.flow.textures import OVERSAMPLING, blur_as_lens, draw_blob, draw_texture

SPEEDS = {"small": Speeds(0, 2), "medium": Speeds(2, 8), "large": Speeds(8, 25)}
MARGIN_PIXELS = 32
"""Of a texture beyond the frame: more than the fastest motion."""
BORDER_PIXELS = 4
"""Nothing this near to the image's border is scored."""
WHOLE = 0.99
"""A pixel shows one layer alone if it has at least this share of it."""
SENSOR_NOISE_GREYS = 1.0
NUM_BLOBS = 2
BLOB_RADII_SHARE = (0.15, 0.3)
"""Of a foreground layer, as shares of the image's height."""
CATMULL_ROM = -0.5


@dataclass(frozen=True)
class Layer:
    """A painted thing. Texture and opacity (0 to 1) are finer than the frame and have a margin."""

    texture: Float32[np.ndarray, "h w"]
    opacity: Float32[np.ndarray, "h w"]
    motion: Motion


@dataclass(frozen=True)
class Truth:
    """The known flow, x then y in pixels, and where it can be scored.

    Scored is a pixel that shows one layer alone in both frames, away from the borders: neither
    occluded nor on an edge.
    """

    flow: Float32[np.ndarray, "H W 2"]
    is_scored: Bool[np.ndarray, "H W"]


@dataclass(frozen=True)
class Pair:
    """Two grey frames, with the truth where it is known."""

    name: str
    images: UInt8[np.ndarray, "2 H W"]
    truth: Truth | None


def draw_pairs(
    name: str,
    count: int,
    size: tuple[int, int],
    stills: Mapping[str, Float32[np.ndarray, "h w"]],
    seed: int,
) -> list[Pair]:
    """Return the pairs of a set of ``SPEEDS``, each from its own generator.

    Every second pair is painted with stills, where there are any.
    """
    pairs = []
    for number in range(count):
        rng = np.random.default_rng((seed, *name.encode(), number))
        names = [str(still) for still in rng.permutation(sorted(stills))] if number % 2 else []
        textures = [stills[still] for still in names[: NUM_BLOBS + 1]]
        while len(textures) < NUM_BLOBS + 1:
            textures.append(draw_texture(rng, *(side + 2 * MARGIN_PIXELS for side in size)))
        layers = draw_layers(rng, SPEEDS[name], textures, size)
        noise = rng.normal(0, SENSOR_NOISE_GREYS, (2, *size))
        frames = np.stack([draw_frame(layers, size, is_moved=moved) for moved in (False, True)])
        images = np.clip(np.rint(frames + noise), 0, 255).astype(np.uint8)
        pairs.append(Pair(f"{name} {number}", images, find_truth(layers, size)))
    return pairs


def draw_layers(
    rng: np.random.Generator,
    speeds: Speeds,
    textures: Sequence[Float32[np.ndarray, "h w"]],
    size: tuple[int, int],
) -> list[Layer]:
    """Return the background, which a moving head would make move, and things before it."""
    height, width = size
    middle = np.array([width, height]) / 2
    motion = draw_motion(rng, speeds, middle, float(np.hypot(*middle)))
    layers = [Layer(textures[0], np.ones_like(textures[0]), motion)]
    places = pixel_grid(*textures[0].shape) / OVERSAMPLING - MARGIN_PIXELS
    for texture in textures[1:]:
        centre = rng.uniform(0.25, 0.75, 2) * (width, height)
        radius = rng.uniform(*BLOB_RADII_SHARE) * height
        blob = draw_blob(rng, places, centre, radius)
        opacity = blur_as_lens(blob.astype(np.float32))
        layers.append(Layer(texture, opacity, draw_motion(rng, speeds, centre, radius)))
    return layers


def draw_frame(
    layers: Sequence[Layer], size: tuple[int, int], *, is_moved: bool
) -> Float32[np.ndarray, "H W"]:
    """Return the first frame, or the second, without noise; far layers come first."""
    grid = pixel_grid(*size)
    frame = np.zeros(size, np.float32)
    for layer in layers:
        points = layer.motion.invert(grid) if is_moved else grid
        opacity = _at(layer.opacity, points)
        frame += opacity * (_at(layer.texture, points) - frame)
    return frame


def find_truth(layers: Sequence[Layer], size: tuple[int, int]) -> Truth:
    """Return each pixel's flow: that of the layer of which it shows most."""
    height, width = size
    grid = pixel_grid(height, width)
    shares = _shares([_at(layer.opacity, grid) for layer in layers])  # (L, H, W)
    seen = shares.argmax(axis=0)
    flow = np.zeros((*size, 2))
    is_scored = shares.max(axis=0) > WHOLE
    for number, layer in enumerate(layers):
        displacement = layer.motion.displacement(grid)
        flow[seen == number] = displacement[seen == number]
        before = layers[number + 1 :]
        is_scored &= (seen != number) | (_let_through(before, grid + displacement) > WHOLE)
    low, high = BORDER_PIXELS, np.array([width, height]) - 1 - BORDER_PIXELS
    for points in (grid, grid + flow):
        is_scored &= ((points >= low) & (points <= high)).all(axis=-1)
    return Truth(flow.astype(np.float32), is_scored)


def _let_through(
    layers: Sequence[Layer], points: Float[np.ndarray, "H W 2"]
) -> Float32[np.ndarray, "H W"]:
    """Return how much layers in the second frame show of what is behind them."""
    let_through = np.ones(points.shape[:2], np.float32)
    for layer in layers:
        let_through *= 1 - _at(layer.opacity, layer.motion.invert(points))
    return let_through


def _at(
    picture: Float32[np.ndarray, "h w"], points: Float[np.ndarray, "H W 2"]
) -> Float32[np.ndarray, "H W"]:
    """Return a texture's values at points of the frame."""
    return sample_bicubic(picture, OVERSAMPLING * (points + MARGIN_PIXELS), CATMULL_ROM)


def _shares(opacities: Sequence[Float32[np.ndarray, "H W"]]) -> Float32[np.ndarray, "L H W"]:
    """Return how much of each pixel every layer fills, those before it let through."""
    let_through = np.ones_like(opacities[0])
    shares = []
    for opacity in reversed(opacities):
        shares.append(opacity * let_through)
        let_through = let_through * (1 - opacity)
    return np.stack(shares[::-1])
