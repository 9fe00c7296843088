"""Motions in closed form: where each point of a layer goes from one frame to the next."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

NUM_WAVES = 3
WAVELENGTHS_PIXELS = (120.0, 300.0)
INVERSION_STEPS = 15
"""Each divides the error by 3 or more: displacements differ by less than a third of a distance."""


@dataclass(frozen=True)
class Speeds:
    """The slowest and the fastest motion of a set, in pixels a frame."""

    slowest: float
    fastest: float


@dataclass(frozen=True)
class Motion:
    """A shift, a rotation with a zoom about a centre, and a swell of a few long waves.

    Args:
        shift: pixels, x and y.
        centre: what rotation and zoom leave where it is.
        zoom: growth of a distance from the centre, as a share of it.
        turn: the same across that distance; clockwise on the screen.
        amplitudes: pixels of each wave, x and y.
        wave_vectors: radians a pixel along x and y.
        phases: radians.
    """

    shift: Float[np.ndarray, " 2"]
    centre: Float[np.ndarray, " 2"]
    zoom: float
    turn: float
    amplitudes: Float[np.ndarray, "K 2"]
    wave_vectors: Float[np.ndarray, "K 2"]
    phases: Float[np.ndarray, " K"]

    def displacement(self, points: Float[np.ndarray, "*size 2"]) -> Float[np.ndarray, "*size 2"]:
        """Return how far points of the first frame move, in pixels."""
        linear = np.array([[self.zoom, -self.turn], [self.turn, self.zoom]])
        waves = np.sin(points @ self.wave_vectors.T + self.phases) @ self.amplitudes
        return self.shift + (points - self.centre) @ linear.T + waves

    def invert(self, points: Float[np.ndarray, "*size 2"]) -> Float[np.ndarray, "*size 2"]:
        """Return where points of the second frame were in the first, by fixed-point iteration."""
        origin = points
        for _ in range(INVERSION_STEPS):
            origin = points - self.displacement(origin)
        return origin


def draw_motion(
    rng: np.random.Generator,
    speeds: Speeds,
    centre: Float[np.ndarray, " 2"],
    radius_pixels: float,
) -> Motion:
    """Draw a motion whose every speed within ``radius_pixels`` of the centre is in the range.

    The shift has the middle half of the range; what rotation, zoom and waves add or take is at
    most a quarter of it together.
    """
    quarter = (speeds.fastest - speeds.slowest) / 4
    shares = quarter * rng.dirichlet(np.ones(2 + NUM_WAVES))
    zoom, turn = rng.choice([-1.0, 1.0], 2) * shares[:2] / radius_pixels
    wavelengths = rng.uniform(*WAVELENGTHS_PIXELS, NUM_WAVES)
    return Motion(
        shift=rng.uniform(speeds.slowest + quarter, speeds.fastest - quarter) * _direction(rng),
        centre=centre,
        zoom=zoom,
        turn=turn,
        amplitudes=shares[2:, None] * _directions(rng, NUM_WAVES),
        wave_vectors=2 * np.pi / wavelengths[:, None] * _directions(rng, NUM_WAVES),
        phases=rng.uniform(0, 2 * np.pi, NUM_WAVES),
    )


def _direction(rng: np.random.Generator) -> Float[np.ndarray, " 2"]:
    return _directions(rng, 1)[0]


def _directions(rng: np.random.Generator, count: int) -> Float[np.ndarray, "{count} 2"]:
    angles = rng.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)
