"""What stands where in one clip: the acted-on dish, still distractors, and a moving one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Float

from pipeline.kitchen.assembly import Arm, Assembly, make_assembly
from pipeline.kitchen.catalog import NOUNS, VERBS, Noun
from pipeline.kitchen.dishes import draw_dish
from pipeline.kitchen.hands import Looks, choose_looks, draw_arm, draw_tool
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import ClipPlan
from pipeline.kitchen.sprite import Sprite
from pipeline.kitchen.verbs import move

Item = TypeVar("Item")

DISH_WIDTH = (0.36, 0.42)
STILL_WIDTH = (0.2, 0.26)
OTHER_SCALE = 0.5
"""Size of the moving distractor and its hand, of the acted-on dish's."""
TRAVEL = 0.3
OFF_CENTRE = 0.16
"""How far to each side of the image's middle the action may be, in image heights."""
NUM_STILL = (2, 4)


@dataclass(frozen=True)
class StillDish:
    """A dish that nobody touches, with its place on the counter."""

    sprite: Sprite
    position: Float[np.ndarray, " 2"]
    width: float


@dataclass(frozen=True)
class Scene:
    """Everything of a clip that stands on the counter."""

    own: Assembly
    other: Assembly
    still: tuple[StillDish, ...]


def make_scene(
    clip: ClipPlan, params: KitchenParams, looks: Looks, rng: np.random.Generator
) -> Scene:
    """Lay out a clip; the distractors are other nouns than the clip's, and do another verb."""
    aspect = params.width / params.height
    nouns = NOUNS[: params.nouns]
    noun = next(noun for noun in nouns if noun.name == clip.action.noun)
    others = [other for other in nouns if other is not noun]
    own = _own_assembly(noun, clip, params, looks, rng)
    other = _other_assembly(_pick(others, rng), clip, params, own, rng)
    taken = [_middle(own), _middle(other)]
    still = []
    for _ in range(rng.integers(*NUM_STILL)):
        position = _free_spot(taken, aspect, rng)
        taken.append(position)
        width = rng.uniform(*STILL_WIDTH)
        sprite = draw_dish(_pick(others, rng), rng, params.height * width)
        still.append(StillDish(sprite, position, width))
    still.sort(key=lambda dish: dish.position[1])
    return Scene(own, other, tuple(still))


def _own_assembly(
    noun: Noun, clip: ClipPlan, params: KitchenParams, looks: Looks, rng: np.random.Generator
) -> Assembly:
    aspect, height = params.width / params.height, float(params.height)
    x = aspect / 2.0 + rng.uniform(-OFF_CENTRE, OFF_CENTRE)
    return make_assembly(
        noun,
        rng,
        motion=move(clip.action.verb, rng, len(clip.span), clip.padding),
        anchor=(x, rng.uniform(0.32, 0.40)),
        scale=1.0,
        travel=(rng.uniform(-0.06, 0.06), TRAVEL),
        width=rng.uniform(*DISH_WIDTH),
        tool=draw_tool(height),
        holder=Arm(draw_arm(looks, -1, height), (0.15 * aspect, 1.5)),
        worker=Arm(draw_arm(looks, 1, height), (0.85 * aspect, 1.5)),
        height=height,
    )


def _other_assembly(
    noun: Noun, clip: ClipPlan, params: KitchenParams, own: Assembly, rng: np.random.Generator
) -> Assembly:
    """Someone else, across the counter, at the side that the wearer's action leaves free."""
    aspect = params.width / params.height
    side = 1.0 if own.anchor[0] < aspect / 2.0 else -1.0
    x = aspect / 2.0 + side * aspect * rng.uniform(0.33, 0.42)
    verb = _pick([verb for verb in VERBS[: params.verbs] if verb != clip.action.verb], rng)
    pixels = params.height * OTHER_SCALE
    arm = Arm(draw_arm(choose_looks(rng), 1, pixels), (x - 0.3 * side, -1.5))
    return make_assembly(
        noun,
        rng,
        motion=move(verb, rng, len(clip.span), clip.padding),
        anchor=(x, rng.uniform(0.12, 0.3)),
        scale=OTHER_SCALE,
        travel=(0.0, TRAVEL),
        width=rng.uniform(*DISH_WIDTH),
        tool=draw_tool(pixels),
        holder=None,
        worker=arm,
        height=float(params.height),
    )


def _middle(assembly: Assembly) -> np.ndarray:
    return np.array(assembly.anchor) + 0.5 * assembly.scale * np.array(assembly.travel)


def _free_spot(taken: list[np.ndarray], aspect: float, rng: np.random.Generator) -> np.ndarray:
    """Return, of a few random places in view, the one farthest from all taken ones."""
    tries = rng.uniform((0.1, 0.08), (aspect - 0.1, 0.8), size=(8, 2))
    distances = np.linalg.norm(tries[:, None] - np.array(taken), axis=2).min(axis=1)
    return tries[distances.argmax()]


def _pick(items: Sequence[Item], rng: np.random.Generator) -> Item:
    return items[int(rng.integers(len(items)))]
