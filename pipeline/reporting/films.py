"""Films of the page: frames under a map, with gaze and words; made once, since encoding is slow."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8

from pipeline.evaluation.explain import ClipMaps
from pipeline.memo import Memo, content_key
from pipeline.overlays.clip import Caption, clip_pictures, draw_caption
from pipeline.overlays.film import write_film
from pipeline.overlays.pictures import draw_gaze, encode_jpeg, resize_to_width

VERSION = 1
"""Raised when equal scenes would give other films; part of the memo key."""
STEP = "films"
FILM_WIDTH = 288
JPEG_QUALITY = 80

Picture = UInt8[np.ndarray, "h w 3"]


@dataclass(frozen=True)
class Scene:
    """What a film is made of.

    Args:
        images: the frames, as stored.
        points: gaze in each, x and y in [0, 1] of the image.
        is_valid: which of these points are to be trusted.
        maps: of the clip's windows, whose frames count from the first image; None for none.
        caption: words below the frames.
    """

    images: UInt8[np.ndarray, "F H W 3"]
    points: Float[np.ndarray, "F 2"]
    is_valid: Bool[np.ndarray, " F"]
    maps: ClipMaps | None
    caption: Caption

    def digest(self) -> str:
        """Return a name that scenes of other pixels, maps, gaze or words do not have."""
        digest = hashlib.blake2b(digest_size=20)
        arrays = [self.images, self.points, self.is_valid]
        if self.maps is not None:
            arrays += [self.maps.frames, self.maps.maps, np.array(self.maps.crop or 0)]
        for array in arrays:
            digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
        digest.update(repr(astuple(self.caption)).encode())
        return digest.hexdigest()

    def pictures(self) -> Iterator[Picture]:
        """Draw every frame."""
        if self.maps is not None:
            gaze = (self.points, self.is_valid)
            yield from clip_pictures(self.images, self.maps, gaze, self.caption, FILM_WIDTH)
            return
        band = draw_caption(self.caption, FILM_WIDTH)
        for image, point, is_gazed in zip(self.images, self.points, self.is_valid, strict=True):
            picture = resize_to_width(image, FILM_WIDTH)
            yield np.concatenate([draw_gaze(picture, point) if is_gazed else picture, band])


@dataclass(frozen=True)
class Film:
    """An mp4, and a JPEG of its middle."""

    mp4: bytes
    poster: bytes


def make_films(scenes: Sequence[Scene], frames_per_second: Fraction, memo: Memo) -> list[Film]:
    """Draw and encode films, or fetch them where all of them were made before."""
    digests = [scene.digest() for scene in scenes]
    key = content_key(digests, str(frames_per_second), FILM_WIDTH, JPEG_QUALITY, VERSION)
    with tempfile.TemporaryDirectory() as folder:
        pairs = [
            (Path(folder) / f"{number}.mp4", Path(folder) / f"{number}.jpg")
            for number in range(len(scenes))
        ]
        files = {path.name: path for pair in pairs for path in pair}
        if scenes and not memo.fetch(STEP, key, files):
            for scene, (mp4, poster) in zip(scenes, pairs, strict=True):
                _make(scene, frames_per_second, mp4, poster)
            memo.store(STEP, key, files)
        return [Film(mp4.read_bytes(), poster.read_bytes()) for mp4, poster in pairs]


def _make(scene: Scene, frames_per_second: Fraction, mp4: Path, poster: Path) -> None:
    pictures = list(scene.pictures())
    write_film(mp4, pictures, frames_per_second)
    poster.write_bytes(encode_jpeg(pictures[len(pictures) // 2], JPEG_QUALITY))
