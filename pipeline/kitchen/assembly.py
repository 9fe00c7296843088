"""A dish, its lid, the tool and the hands, moved together as a verb says."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from pipeline.kitchen.catalog import Noun
from pipeline.kitchen.dishes import DEPTH, draw_dish, draw_lid
from pipeline.kitchen.hands import TOOL_LENGTH
from pipeline.kitchen.sprite import Sprite, chain, paste, place
from pipeline.kitchen.verbs import Motion

SHUT_DEGREES, OPEN_DEGREES = 8.0, 70.0
"""Turn of the lid about its hinge at the far side of the rim."""
TOOL_DEGREES = -38.0
"""The tool's handle leans to the wearer's right."""
GROWTH = 0.18
"""How much larger a dish looks when it is near the wearer."""
SPRITE_MARGIN = 1.1


@dataclass(frozen=True)
class Arm:
    """A drawn arm and the shoulder that it comes from, in the assembly's coordinates."""

    sprite: Sprite
    shoulder: tuple[float, float]


@dataclass(frozen=True)
class Part:
    """One picture of an assembly in one frame.

    Args:
        name: dish, lid, holder, tool or worker.
        to_counter: map from the picture's unit to the counter.
    """

    name: str
    sprite: Sprite
    to_counter: Float[np.ndarray, "2 3"]


@dataclass(frozen=True)
class Assembly:
    """Things that act together; lengths in image heights times ``scale``.

    Args:
        motion: how the parts lie in each frame.
        anchor: point of the counter where the far end of the dish's way is.
        scale: 1 for the wearer's own, smaller for what happens in the background.
        travel: way from far to near, x and y.
        width: of the dish.
        holder: the arm that holds the dish, if one is seen.
        worker: the arm that holds the tool.
    """

    motion: Motion
    anchor: tuple[float, float]
    scale: float
    travel: tuple[float, float]
    width: float
    dish: Sprite
    lid: Sprite
    tool: Sprite
    holder: Arm | None
    worker: Arm

    def dish_at(self, frame: int) -> Float[np.ndarray, "2 3"]:
        """Return the map from the dish's unit to the counter."""
        near = self.motion.near[frame]
        position = near * np.array(self.travel) + self.motion.shake[frame]
        size = self.width * (1.0 + GROWTH * near)
        own = place(position, size, self.motion.tilt[frame])
        return chain(place(np.array(self.anchor), self.scale, 0.0), own)

    def tip_at(self, frame: int) -> Float[np.ndarray, " 2"]:
        """Return the tool's tip on the counter: below the lid's edge, as if lifting it."""
        below_edge = np.array([0.0, 0.55 * _edge(self.motion.lid[frame])])
        dish = self.dish_at(frame)
        return dish[:, :2] @ below_edge + dish[:, 2] + self.scale * self.motion.tool[frame]

    def parts_at(self, frame: int) -> list[Part]:
        """Return everything that is drawn, the far parts first."""
        dish = self.dish_at(frame)
        tool = place(self.tip_at(frame), self.scale, TOOL_DEGREES)
        parts = [
            Part("dish", self.dish, dish),
            Part("lid", self.lid, chain(dish, _hinge(self.motion.lid[frame]))),
        ]
        if self.holder is not None:
            parts.append(self._reach("holder", self.holder, dish @ np.array([-0.5, 0.12, 1.0])))
        parts.append(Part("tool", self.tool, tool))
        parts.append(self._reach("worker", self.worker, tool @ np.array([0.0, TOOL_LENGTH, 1.0])))
        return parts

    def _reach(self, name: str, arm: Arm, grip: Float[np.ndarray, " 2"]) -> Part:
        """Lay an arm from a grip to its shoulder."""
        across, down = np.array(arm.shoulder) - grip
        degrees = np.rad2deg(np.arctan2(-across, down))
        return Part(name, arm.sprite, place(grip, self.scale, degrees))


def make_assembly(
    noun: Noun,
    rng: np.random.Generator,
    *,
    motion: Motion,
    anchor: tuple[float, float],
    scale: float,
    travel: tuple[float, float],
    width: float,
    tool: Sprite,
    holder: Arm | None,
    worker: Arm,
    height: float,
) -> Assembly:
    """Draw the noun's dish and lid for an image ``height`` pixels high."""
    pixels_per_unit = SPRITE_MARGIN * height * width * scale * (1.0 + GROWTH)
    return Assembly(
        motion=motion,
        anchor=anchor,
        scale=scale,
        travel=travel,
        width=width,
        dish=draw_dish(noun, rng, pixels_per_unit),
        lid=draw_lid(noun, pixels_per_unit),
        tool=tool,
        holder=holder,
        worker=worker,
    )


def draw_assembly(
    canvas: Float32[np.ndarray, "H W 3"],
    assembly: Assembly,
    frame: int,
    camera: Float[np.ndarray, "2 3"],
) -> None:
    """Lay one frame of an assembly over the canvas, the far parts first."""
    for part in assembly.parts_at(frame):
        paste(canvas, part.sprite, chain(camera, part.to_counter))


def _fall(openness: float) -> float:
    """Return the seen length of the lid below its hinge, in dishes; negative when it stands."""
    angle = np.deg2rad(SHUT_DEGREES + (OPEN_DEGREES - SHUT_DEGREES) * openness)
    return float(DEPTH * np.cos(angle) - np.sqrt(1.0 - DEPTH**2) * np.sin(angle))


def _edge(openness: float) -> float:
    """Return where the lid's front edge is seen, in dishes below the middle of the rim."""
    return _fall(openness) - 0.5 * DEPTH


def _hinge(openness: float) -> Float[np.ndarray, "2 3"]:
    """Return the map from the lid's unit to the dish's."""
    fall = _fall(openness)
    thick = np.copysign(max(abs(fall), 0.06), fall)
    return np.array([[1.0, 0.0, 0.0], [0.0, thick, -0.5 * DEPTH]])
