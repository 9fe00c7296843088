"""How the foods look: each texture is a function of a generator, a size and three colours."""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import UInt8

from pipeline.kitchen.catalog import Colour, Noun
from pipeline.kitchen.noise import smooth_field

Picture = UInt8[np.ndarray, "{size} {size} 3"]
Colours = tuple[Colour, Colour, Colour]


def draw_food(noun: Noun, rng: np.random.Generator, size: int) -> Picture:
    """Return a square of the noun's texture; light and colours differ a bit each time."""
    picture = TEXTURES[noun.texture](rng, size, noun.colours).astype(np.float32)
    light = 1.0 + 0.1 * smooth_field(rng, size, size, (3, 3)) + rng.normal(0.0, 0.05)
    tint = rng.normal(0.0, 6.0, 3)
    return np.clip(picture * light[..., None] + tint, 0, 255).astype(np.uint8)


def _ground(size: int, colour: Colour) -> np.ndarray:
    return np.full((size, size, 3), colour, np.uint8)


def _scatter(rng: np.random.Generator, size: int, across: int) -> np.ndarray:
    """Return pixels near the crossings of a grid of ``across`` cells, in a random order."""
    cells = np.stack(np.meshgrid(np.arange(across), np.arange(across)), axis=-1).reshape(-1, 2)
    points = (cells + 0.5 + rng.uniform(-0.3, 0.3, cells.shape)) * size / across
    return rng.permutation(points).astype(int)


def _slices(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    picture = _ground(size, colours[0])
    radius = size // 7
    for centre in _scatter(rng, size, 4):
        cv2.circle(picture, centre.tolist(), radius, colours[1], -1, cv2.LINE_AA)
        cv2.circle(picture, centre.tolist(), radius, colours[0], max(1, size // 60), cv2.LINE_AA)
        start = rng.uniform(0.0, np.pi)
        for angle in start + np.arange(5) * 2.0 * np.pi / 5.0:
            seed = centre + 0.55 * radius * np.array([np.cos(angle), np.sin(angle)])
            cv2.circle(picture, seed.astype(int).tolist(), radius // 4, colours[2], -1, cv2.LINE_AA)
    return picture


def _leaves(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    height = smooth_field(rng, size, size, (9, 9)) + 0.6 * smooth_field(rng, size, size, (18, 18))
    ridge = np.exp(-((height / 0.16) ** 2))[..., None]
    slope = np.clip(height * 0.5 + 0.5, 0.0, 1.0)[..., None]
    ground = np.array(colours[0]) * (1.0 - slope) + np.array(colours[1]) * slope
    return (ground * (1.0 - ridge) + np.array(colours[2]) * ridge).astype(np.uint8)


def _balls(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    picture = _ground(size, colours[0])
    radius = size // 11
    for centre in _scatter(rng, size, 6):
        cv2.circle(picture, centre.tolist(), radius, colours[1], -1, cv2.LINE_AA)
        shine = (centre - radius // 3).tolist()
        cv2.circle(picture, shine, max(1, radius // 3), colours[2], -1, cv2.LINE_AA)
    return picture


def _holes(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    picture = _ground(size, colours[1])
    for centre in _scatter(rng, size, 5):
        radius = int(size * rng.uniform(0.03, 0.075))
        cv2.circle(picture, centre.tolist(), radius, colours[2], -1, cv2.LINE_AA)
        cv2.circle(picture, (centre + radius // 3).tolist(), radius, colours[0], -1, cv2.LINE_AA)
    return picture


def _grains(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    picture = _ground(size, colours[0])
    for centre in _scatter(rng, size, 13):
        angle = rng.uniform(0.0, np.pi)
        end = centre + 0.05 * size * np.array([np.cos(angle), np.sin(angle)])
        colour = colours[1] if rng.random() < 0.8 else colours[2]
        ends = centre.tolist(), end.astype(int).tolist()
        cv2.line(picture, *ends, colour, max(2, size // 40), cv2.LINE_AA)
    return picture


def _crumb(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    picture = _ground(size, colours[1])
    step = size // 4
    for crust in range(step // 2, size, step):
        cv2.line(picture, (0, crust), (size, crust), colours[0], size // 14, cv2.LINE_AA)
    for centre in _scatter(rng, size, 11):
        cv2.circle(picture, centre.tolist(), max(1, size // 60), colours[2], -1, cv2.LINE_AA)
    return picture


def _strands(rng: np.random.Generator, size: int, colours: Colours) -> np.ndarray:
    picture = _ground(size, colours[0])
    along = np.linspace(-0.2, 1.2, 24) * size
    for _ in range(22):
        wave = rng.uniform(-0.2, 1.2) * size + size * 0.09 * np.sin(
            along / size * rng.uniform(4.0, 9.0) + rng.uniform(0.0, 6.0)
        )
        line = np.stack([along, wave] if rng.random() < 0.5 else [wave, along], axis=1)
        points = [line.astype(np.int32)]
        cv2.polylines(
            picture,
            points,
            isClosed=False,
            color=colours[2],
            thickness=size // 18,
            lineType=cv2.LINE_AA,
        )
        cv2.polylines(
            picture,
            points,
            isClosed=False,
            color=colours[1],
            thickness=size // 28,
            lineType=cv2.LINE_AA,
        )
    return picture


Texture = Callable[[np.random.Generator, int, Colours], np.ndarray]
TEXTURES: dict[str, Texture] = {
    "slices": _slices,
    "leaves": _leaves,
    "balls": _balls,
    "holes": _holes,
    "grains": _grains,
    "crumb": _crumb,
    "strands": _strands,
}
