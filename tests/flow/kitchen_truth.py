"""Kitchen clips as the flow stage sees them, with the head's and the hands' true motion."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.frames.decode import decode_video
from pipeline.frames.encode import decode_rgb, encode_rgb
from pipeline.kitchen.assembly import Assembly, Part
from pipeline.kitchen.hands import choose_looks
from pipeline.kitchen.naming import FRAMES_PER_SECOND
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import plan_sessions
from pipeline.kitchen.render import Rendered, render_clip
from pipeline.kitchen.sprite import Sprite, chain, paste
from pipeline.kitchen.video import write_video

ARMS = {"holder": 0, "worker": 1}
"""Which channel of a plan of the picture shows which of the wearer's arms."""
OTHER = 2
"""The channel of all else that may move."""


@dataclass(frozen=True)
class KnownClip:
    """A clip's stored frames, and what moves in each of its pairs.

    Args:
        drawn: (T, h, w, 3) uint8, before video and resizing.
        images: (T, H, W, 3) uint8, after video, resizing and JPEG.
        homographies: (T - 1, 3, 3), positions of frame k to frame k + 1 by the head's motion.
        is_background: (T - 1, H, W), nothing that may move on its own is near in either frame.
        is_hand: (T - 1, H, W), the wearer's arms and nothing else, in frame k.
        hand_motion: (T - 1, H, W, 2) pixels, relative to the counter; 0 off the arms.
    """

    drawn: np.ndarray
    images: np.ndarray
    homographies: np.ndarray
    is_background: np.ndarray
    is_hand: np.ndarray
    hand_motion: np.ndarray


def known_clip(
    params: KitchenParams, session: int, clip: int, size: str, folder: Path
) -> KnownClip:
    """Render one clip of the set, store it at ``size`` (WIDTHxHEIGHT), and keep what is known."""
    rendered = _render(params, session, clip)
    path = folder / f"{session}-{clip}-{params.height}.mp4"
    write_video(rendered.frames, path, FRAMES_PER_SECOND)
    decoded = decode_video(path, size, len(rendered.frames))
    images = np.stack([decode_rgb(encode_rgb(image, 95)) for image in decoded])
    to_stored = _resizing(rendered.frames.shape[1:3], images.shape[1:3])
    cameras = [to_stored @ _square(camera) for camera in rendered.cameras]
    plans = np.stack(
        [_plan(rendered, number, images.shape[1:3]) for number in range(len(images))]
    )  # (T, H, W, 3)
    pairs = range(len(images) - 1)
    return KnownClip(
        drawn=rendered.frames,
        images=images,
        homographies=np.stack([cameras[k + 1] @ np.linalg.inv(cameras[k]) for k in pairs]),
        is_background=np.stack([_is_clear(plans[k]) & _is_clear(plans[k + 1]) for k in pairs]),
        is_hand=plans[:-1, ..., :OTHER].max(axis=-1) > 0.99,
        hand_motion=np.stack([_hand_motion(rendered, k, cameras[k], plans[k]) for k in pairs]),
    )


def corner_error(found: np.ndarray, truth: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return how far each map (N, 3, 3) puts the picture's corners from their place, in pixels.

    The mean over the four corners of a picture of ``size`` (H, W).
    """
    height, width = size
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], float).T
    ends = [maps @ corners for maps in (found, truth)]
    places = [end[:, :2] / end[:, 2:] for end in ends]
    return np.linalg.norm(places[0] - places[1], axis=1).mean(axis=1)


def _render(params: KitchenParams, session: int, clip: int) -> Rendered:
    """Render as ``pipeline.kitchen.session`` does."""
    plan = plan_sessions(params)[session]
    looks = choose_looks(np.random.default_rng((params.seed, 2, *plan.subject.encode())))
    rng = np.random.default_rng((params.seed, 1, plan.index, clip))
    return render_clip(plan.clips[clip], params, looks, (params.seed, 4, plan.index), rng)


def _resizing(drawn: tuple[int, ...], stored: tuple[int, ...]) -> np.ndarray:
    """Return the map of positions (pixel centres are whole numbers) from one size to another."""
    down, across = (to / of for of, to in zip(drawn, stored, strict=True))
    return np.array(
        [[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1.0]],
    )


def _square(affine: np.ndarray) -> np.ndarray:
    return np.vstack([affine, [0.0, 0.0, 1.0]])


def _plan(rendered: Rendered, number: int, size: tuple[int, ...]) -> np.ndarray:
    """Return the share of each pixel (H, W, 3) that shows either arm, or all else that moves."""
    camera = rendered.cameras[number]
    canvas = np.zeros((*rendered.frames.shape[1:3], 3), np.float32)
    for assembly in (rendered.scene.other, rendered.scene.own):
        for part in assembly.parts_at(number):
            channel = ARMS.get(part.name, OTHER) if assembly is rendered.scene.own else OTHER
            paste(canvas, _flat(part.sprite, channel), chain(camera, part.to_counter))
    return cv2.resize(canvas, size[::-1], interpolation=cv2.INTER_AREA)


def _flat(sprite: Sprite, channel: int) -> Sprite:
    """Return a sprite's outline in one pure colour, opaque wherever it covers at all."""
    alpha = (sprite.image[..., 3] > 0.02).astype(np.float32)
    image = np.zeros((*alpha.shape, 4), np.float32)
    image[..., channel] = image[..., 3] = alpha
    return replace(sprite, image=image)


def _is_clear(plan: np.ndarray) -> np.ndarray:
    """Return where (H, W) nothing that may move is within two pixels."""
    covered = (plan.sum(axis=-1) > 0.0).astype(np.uint8)
    return cv2.dilate(covered, np.ones((5, 5), np.uint8)) == 0


def _hand_motion(
    rendered: Rendered, number: int, camera: np.ndarray, plan: np.ndarray
) -> np.ndarray:
    """Return how each arm's pixels (H, W, 2) move by themselves, the head being still."""
    motion = np.zeros((*plan.shape[:2], 2))
    for name, channel in ARMS.items():
        now, then = (_arm(rendered.scene.own, name, frame) for frame in (number, number + 1))
        own = camera @ _square(then.to_counter) @ np.linalg.inv(camera @ _square(now.to_counter))
        down, across = np.nonzero(plan[..., channel] > 0.99)
        places = np.stack([across, down, np.ones(len(down))])
        motion[down, across] = ((own @ places)[:2] - places[:2]).T
    return motion


def _arm(assembly: Assembly, name: str, frame: int) -> Part:
    return next(part for part in assembly.parts_at(frame) if part.name == name)
