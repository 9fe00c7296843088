"""What a verb moves, and how.

A scene has four things that can move: the dish towards the wearer, the dish's tilt, its lid, and
the tool in the hand. All clips draw all four from the same distributions, whatever the verb: the
verb only says which of them moves and in which order its values come. A single frame shows the
values, and therefore not the verb.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

CIRCLE_FRAMES = (10.0, 13.0)
SAW_FRAMES = (8.0, 11.0)
SHAKE_FRAMES = (6.0, 8.0)
POUR_FRAMES = (15.0, 19.0)
TOOL_REACH = 0.10
"""Amplitude of the tool's motion, in image heights."""
POUR_DEGREES = 30.0
SHAKE_REACH = 0.07


@dataclass(frozen=True)
class Motion:
    """How the parts of a scene lie in each frame.

    Args:
        near: way of the dish from far (0) to near the wearer (1).
        tilt: turn of the dish in degrees.
        lid: 0 shut, 1 open.
        tool: offset of the tool's tip from its place, x and y, in image heights.
        shake: offset of the dish from its way, x and y, in image heights.
    """

    near: Float[np.ndarray, " T"]
    tilt: Float[np.ndarray, " T"]
    lid: Float[np.ndarray, " T"]
    tool: Float[np.ndarray, "T 2"]
    shake: Float[np.ndarray, "T 2"]


def move(verb: str, rng: np.random.Generator, num_frames: int, padding: int) -> Motion:
    """Return the motion of a verb over a clip; in the padding the hands are still."""
    clock = np.clip(np.arange(num_frames) - padding, 0, num_frames - 1 - 2 * padding)
    still = _stay(rng, num_frames)
    return MOVES[verb](rng, clock.astype(float), still)


def _stay(rng: np.random.Generator, num_frames: int) -> Motion:
    """Every part rests at a value that some moment of its own verb would show."""
    clock = np.arange(float(num_frames))
    instant = rng.integers(0, num_frames, size=4)
    tool = _circle(rng, clock) if rng.random() < 0.5 else _saw(rng, clock)
    return Motion(
        near=np.full(num_frames, _way(rng, clock)[instant[0]]),
        tilt=np.full(num_frames, _rock(rng, clock)[instant[1]]),
        lid=np.full(num_frames, _way(rng, clock)[instant[2]]),
        tool=np.tile(tool[instant[3]], (num_frames, 1)),
        shake=np.zeros((num_frames, 2)),
    )


def _way(rng: np.random.Generator, clock: np.ndarray) -> np.ndarray:
    """Go from about 0 to about 1 over the action, gently at both ends."""
    low, high = rng.uniform(0.0, 0.12), rng.uniform(0.88, 1.0)
    part = clock / max(clock.max(), 1.0)
    eased = 0.5 * part + 0.5 * part * part * (3.0 - 2.0 * part)
    return low + (high - low) * eased


def _swing(
    rng: np.random.Generator, clock: np.ndarray, period: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    phase = rng.uniform(0.0, 2.0 * np.pi) + 2.0 * np.pi * clock / rng.uniform(*period)
    return np.cos(phase), np.sin(phase)


def _circle(rng: np.random.Generator, clock: np.ndarray) -> np.ndarray:
    across, down = _swing(rng, clock, CIRCLE_FRAMES)
    turn = rng.choice([-1.0, 1.0])
    reach = TOOL_REACH * rng.uniform(0.75, 1.0)
    return reach * np.stack([across, 0.8 * turn * down], axis=1)


def _saw(rng: np.random.Generator, clock: np.ndarray) -> np.ndarray:
    along, _ = _swing(rng, clock, SAW_FRAMES)
    angle = rng.uniform(-0.5, 0.5)
    reach = TOOL_REACH * rng.uniform(0.9, 1.2)
    rest = rng.normal(0.0, 0.35 * TOOL_REACH, size=2)
    return rest + reach * along[:, None] * np.array([np.cos(angle), np.sin(angle)])


def _rock(rng: np.random.Generator, clock: np.ndarray) -> np.ndarray:
    there, _ = _swing(rng, clock, POUR_FRAMES)
    return POUR_DEGREES * rng.uniform(0.85, 1.1) * there


def _jolt(rng: np.random.Generator, clock: np.ndarray) -> np.ndarray:
    up, _ = _swing(rng, clock, SHAKE_FRAMES)
    return SHAKE_REACH * up[:, None] * np.array([rng.normal(0.0, 0.15), 1.0])


Move = Callable[[np.random.Generator, np.ndarray, Motion], Motion]
MOVES: dict[str, Move] = {
    "Take": lambda rng, clock, still: replace(still, near=_way(rng, clock)),
    "Put": lambda rng, clock, still: replace(still, near=_way(rng, clock.max() - clock)),
    "Open": lambda rng, clock, still: replace(still, lid=_way(rng, clock)),
    "Close": lambda rng, clock, still: replace(still, lid=_way(rng, clock.max() - clock)),
    "Stir": lambda rng, clock, still: replace(still, tool=_circle(rng, clock)),
    "Cut": lambda rng, clock, still: replace(still, tool=_saw(rng, clock)),
    "Pour": lambda rng, clock, still: replace(still, tilt=_rock(rng, clock)),
    "Shake": lambda rng, clock, still: replace(still, shake=_jolt(rng, clock)),
}
