"""A clip's pixels, and where on them the eye would look."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from pipeline.kitchen.assembly import Assembly, draw_assembly
from pipeline.kitchen.counter import MARGIN, draw_counter
from pipeline.kitchen.hands import Looks
from pipeline.kitchen.head import head_motion, project
from pipeline.kitchen.noise import smooth_field
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import ClipPlan
from pipeline.kitchen.scene import Scene, make_scene
from pipeline.kitchen.sprite import chain, paste, place

SENSOR_NOISE = 3.0
"""Standard deviation of a pixel's noise, of 255."""
GRAIN_SHIFT = 64
"""A clip has one field of noise, of which each frame shows another part."""


@dataclass(frozen=True)
class Rendered:
    """A clip's frames and, in each, the points that draw the eye.

    Args:
        frames: RGB.
        acted_on: where the hands work, x and y in [0, 1] of the image (more where it is outside).
        distractors: the same for the moving distractor and the still dishes.
        cameras: in each frame, the map from the counter to pixels: the head's motion.
        scene: all that stands on the counter; its assemblies say where hands are in each frame.
    """

    frames: UInt8[np.ndarray, "T H W 3"]
    acted_on: Float[np.ndarray, "T 2"]
    distractors: Float[np.ndarray, "D T 2"]
    cameras: Float[np.ndarray, "T 2 3"]
    scene: Scene


def render_clip(
    clip: ClipPlan,
    params: KitchenParams,
    looks: Looks,
    style_seed: tuple[int, ...],
    rng: np.random.Generator,
) -> Rendered:
    """Render one clip.

    Args:
        clip: what happens, and for how long.
        params: of the set.
        looks: of the wearer.
        style_seed: of what all clips of the session share.
        rng: of all that is the clip's own.
    """
    height, width = params.height, params.width
    counter = draw_counter(np.random.default_rng(style_seed), rng, height, width)
    scene = make_scene(clip, params, looks, rng)
    cameras = head_motion(rng, len(clip.span), height, width)
    light = _light(rng, height, width)
    grain = SENSOR_NOISE * rng.standard_normal(
        (height + GRAIN_SHIFT, width + GRAIN_SHIFT, 3), dtype=np.float32
    )
    frames = np.empty((len(clip.span), height, width, 3), np.uint8)
    for number, camera in enumerate(cameras):
        canvas = _draw_scene(scene, counter, number, camera, (height, width))
        down, across = rng.integers(0, GRAIN_SHIFT, 2)
        canvas = canvas * light + grain[down : down + height, across : across + width]
        frames[number] = np.clip(canvas, 0.0, 255.0)
    size = np.array([width, height])
    still = [project(cameras, np.tile(dish.position, (len(frames), 1))) for dish in scene.still]
    return Rendered(
        frames=frames,
        acted_on=project(cameras, _focus(scene.own, len(frames))) / size,
        distractors=np.stack([project(cameras, _focus(scene.other, len(frames))), *still]) / size,
        cameras=cameras,
        scene=scene,
    )


def _draw_scene(
    scene: Scene,
    counter: UInt8[np.ndarray, "h w 3"],
    number: int,
    camera: Float[np.ndarray, "2 3"],
    size: tuple[int, int],
) -> Float32[np.ndarray, "H W 3"]:
    """Return one frame as a perfect camera would see it, the far things first."""
    height, width = size
    to_counter = np.array([[1 / height, 0.0, -MARGIN], [0.0, 1 / height, -MARGIN]])
    ground = cv2.warpAffine(
        counter, chain(camera, to_counter), (width, height), borderMode=cv2.BORDER_REFLECT
    )
    canvas = ground.astype(np.float32)
    for dish in scene.still:
        paste(canvas, dish.sprite, chain(camera, place(dish.position, dish.width, 0.0)))
    draw_assembly(canvas, scene.other, number, camera)
    draw_assembly(canvas, scene.own, number, camera)
    return canvas


def _light(rng: np.random.Generator, height: int, width: int) -> Float32[np.ndarray, "H W 3"]:
    """Return what each pixel is multiplied by: a lamp's place, strength and colour."""
    lamp = 1.0 + 0.12 * smooth_field(rng, height, width, (2, 3))
    tint = rng.normal(1.0, 0.03, 3) * rng.uniform(0.82, 1.12)
    return (lamp[..., None] * tint).astype(np.float32)


def _focus(assembly: Assembly, num_frames: int) -> Float[np.ndarray, "T 2"]:
    """Return the point between the dish and the tool's tip, on the counter."""
    dishes = np.array([assembly.dish_at(frame)[:, 2] for frame in range(num_frames)])
    tips = np.array([assembly.tip_at(frame) for frame in range(num_frames)])
    return 0.5 * (dishes + tips)
