"""Reading what a model looked at and what speaks for its answers: ``data/explain/<s>.h5``.

`pipeline.explanation.explain` writes the file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import h5py
import numpy as np
from jaxtyping import Float32, Float64, Int

MapKind = Literal["attention", "grad_cam"]
"""``attention``: the method's own map, what it weighs its features by or, in IGA, where it expects
the gaze; of test and validation clips. ``grad_cam``: Grad-CAM++ of the predicted class; of a
sample of test clips."""

MAP_TITLES: dict[MapKind, str] = {"attention": "attention", "grad_cam": "Grad-CAM++"}
"""What readers of a page call them; a method without maps of its own shows the other so named."""

GROUPS: dict[MapKind, str] = {"attention": "/", "grad_cam": "/sample"}
"""Where the clips of each kind stand in the file."""


class ExplainError(ValueError):
    """An explanation file that is absent or that lacks a clip."""


@dataclass(frozen=True)
class ClipMaps:
    """One kind of map over one clip.

    Args:
        frames: the images of each window, (M, T); image t belongs to step floor(t T' / T).
        maps: map of each window over the centre crop, (M, T', h, w), never negative; attention as
            the model used it.
        crop: side of the centre crop in stored pixels; None where maps are of the whole image.
    """

    frames: Int[np.ndarray, "M T"]
    maps: Float32[np.ndarray, "M t h w"]
    crop: int | None


@dataclass(frozen=True)
class Features:
    """Pooled features of clips, averaged over windows and views as their scores are.

    Args:
        clips: names.
        parts: validation or test.
        features: of each clip.
    """

    clips: tuple[str, ...]
    parts: tuple[str, ...]
    features: Float32[np.ndarray, "N C"]


@dataclass(frozen=True)
class Faithfulness:
    """Deletion and insertion of one kind of map over the sampled clips.

    Args:
        clips: names.
        deletion: probability of the predicted class after each step, the most important pixels
            taken away first; the faster it falls the better.
        insertion: the same, the most important pixels given first; the faster it rises the better.
    """

    clips: tuple[str, ...]
    deletion: Float64[np.ndarray, "s steps"]
    insertion: Float64[np.ndarray, "s steps"]

    @property
    def deletion_areas(self) -> Float64[np.ndarray, " s"]:
        """Area under each clip's curve, in [0, 1]; less is better."""
        return area_under(self.deletion)

    @property
    def insertion_areas(self) -> Float64[np.ndarray, " s"]:
        """Area under each clip's curve, in [0, 1]; more is better."""
        return area_under(self.insertion)


def area_under(curves: Float64[np.ndarray, "s steps"]) -> Float64[np.ndarray, " s"]:
    """Area by trapezia over equally wide steps from 0 to 1."""
    return np.trapezoid(curves, dx=1 / (curves.shape[1] - 1), axis=1)


def read_maps(path: Path, clips: Sequence[str], kind: MapKind = "attention") -> dict[str, ClipMaps]:
    """Read the maps of some clips by name; empty where the method has no such maps.

    Raises:
        ExplainError: the file is absent, or lacks a clip.
    """
    with _opened(path) as file:
        group = file.get(GROUPS[kind])
        if group is None or "maps" not in group:
            return {}
        rows = _window_rows(path, group, clips)
        crop = int(file.attrs["crop"]) if "crop" in file.attrs else None
        return {
            name: ClipMaps(group["window_frames"][row], group["maps"][row], crop)
            for name, row in rows.items()
        }


def read_sample(path: Path) -> tuple[str, ...]:
    """Return the names of the sampled test clips, those that have Grad-CAM++ and curves.

    Raises:
        ExplainError: the file is absent.
    """
    with _opened(path) as file:
        return tuple(file["sample/clip"].asstr()[:]) if "sample" in file else ()


def read_features(path: Path) -> Features:
    """Read the pooled features of all clips; none where the method has no such stream.

    Raises:
        ExplainError: the file is absent.
    """
    with _opened(path) as file:
        clips, parts = (tuple(file[name].asstr()[:]) for name in ("clip", "part"))
        features = file["features"][:] if clips else np.zeros((0, 0), np.float32)
        return Features(clips, parts, features)


def read_faithfulness(path: Path) -> dict[str, Faithfulness]:
    """Read the curves by kind of map, and those of ``random`` maps; empty without a sample.

    Raises:
        ExplainError: the file is absent.
    """
    with _opened(path) as file:
        if "sample" not in file:
            return {}
        sample = file["sample"]
        clips = tuple(sample["clip"].asstr()[:])
        return {
            kind: Faithfulness(clips, sample["deletion"][kind][:], sample["insertion"][kind][:])
            for kind in sample["deletion"]
        }


def _window_rows(path: Path, group: h5py.Group, clips: Sequence[str]) -> dict[str, slice]:
    """Return where each clip's windows stand."""
    place = {name: number for number, name in enumerate(group["clip"].asstr()[:])}
    absent = sorted(set(clips) - set(place))
    if absent:
        raise ExplainError(
            f"{path}: lacks {len(absent)} clips, first {absent[:3]}; run `dvc repro explain`"
        )
    first = group["first"][:]
    return {name: slice(*first[place[name] :][:2]) for name in clips}


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    try:
        with h5py.File(path, "r") as file:
            yield file
    except OSError as error:
        raise ExplainError(f"{path}: not readable ({error}); run `dvc repro explain`") from error
