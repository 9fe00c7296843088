"""A bounded, seeded sample of the stored frames and flow, of all sessions and all parts.

It knows no parts, so that another split of the same data gives the same sample.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import Int, UInt8

from pipeline.clips.row import ClipRow
from pipeline.clips.store import ClipStore
from pipeline.reporting.rate import probe_rate

MOST_IMAGES, MOST_SESSIONS = 256, 32
"""Images of each kind over all sessions, and sessions that they are taken from."""

Picks = dict[str, list[tuple[int, Int[np.ndarray, " _"]]]]
"""Clips of each session by their index, and frames within each."""


@dataclass(frozen=True)
class ImageSample:
    """Decoded images by session, sizes differing between sessions if at all.

    Args:
        frames: RGB.
        flow: levels of x and y, 0 to 255, 128 without motion; empty where none is stored.
        frames_per_second: of the videos; None where they are not here to be asked.
    """

    frames: Mapping[str, UInt8[np.ndarray, "_ _ _ 3"]]
    flow: Mapping[str, UInt8[np.ndarray, "_ _ _ 2"]]
    frames_per_second: float | None


def sample_images(data_dir: Path, videos_dir: Path, seed: int) -> ImageSample:
    """Decode up to `MOST_IMAGES` frames and the flow that leaves them, and ask for the rate.

    Args:
        data_dir: ``data``, which holds ``clips`` and ``index``.
        videos_dir: folder that the videos' paths start from.
        seed: of the choice of videos, sessions, clips and frames.
    """
    clips_dir = data_dir / "clips"
    frames = ClipStore(clips_dir, "rgb")
    picks = choose_images(frames.clips, seed)
    flow = _decode(ClipStore(clips_dir, "flow"), picks) if _has_flow(clips_dir) else {}
    rate = probe_rate(videos_dir, data_dir / "index" / "sessions.csv", seed)
    return ImageSample(_decode(frames, picks), flow, rate)


def _has_flow(clips_dir: Path) -> bool:
    with h5py.File(min(clips_dir.glob("*.h5")), "r") as file:
        return bool(file.attrs["flow_parameters"])


def _decode(store: ClipStore, picks: Picks) -> dict[str, UInt8[np.ndarray, "_ _ _ C"]]:
    return {
        session: np.concatenate([store.images(clip, frames) for clip, frames in chosen])
        for session, chosen in picks.items()
    }


def choose_images(clips: Sequence[ClipRow], seed: int) -> Picks:
    """Return clips and frames by session, as many of each session as of the others."""
    generator = np.random.default_rng(seed)
    of_session: dict[str, list[ClipRow]] = defaultdict(list)
    for clip in sorted(clips, key=lambda clip: clip.name):
        of_session[clip.session].append(clip)
    names = sorted(of_session)
    if len(names) > MOST_SESSIONS:
        names = sorted(generator.choice(names, MOST_SESSIONS, replace=False).tolist())
    each = max(MOST_IMAGES // len(names), 1)
    return {name: _choose_of_session(of_session[name], each, generator) for name in names}


def _choose_of_session(
    clips: Sequence[ClipRow], count: int, generator: np.random.Generator
) -> list[tuple[int, Int[np.ndarray, " _"]]]:
    """Return so many frames, each of any clip with equal chance, in the order of clips."""
    frames: dict[int, set[int]] = defaultdict(set)
    rows = generator.integers(len(clips), size=count)
    for clip in (clips[row] for row in rows.tolist()):
        last = max(clip.num_frames - 1, 1)  # the last frame has no flow of its own
        frames[clip.index].add(int(generator.integers(last)))
    return [(clip, np.array(sorted(frames[clip]), np.int64)) for clip in sorted(frames)]
