"""What a trained phase depends on, as a key: equal keys give equal weights."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from pipeline.clips.store import GROUPS, ClipStore
from pipeline.memo import content_key, file_digest, file_digests

CODE = ("clips", "frames", "gaze", "models", "training")
"""The packages whose code training runs through."""


def data_digest(store: ClipStore, parts: Sequence[str], *, with_gaze: bool) -> str:
    """Return the digest of what a phase sees of a stream: rows, images and, if asked, gaze.

    The other stream, other parts' rows, and gaze that no term looks at do not enter, so that
    changing them trains nothing again.
    """
    rows = [row for row in store.clips if row.part in parts]
    sessions = sorted({row.session for row in rows})
    folder = store.clips_dir.parent / GROUPS[store.stream]
    images = [file_digest(folder / f"{session}.h5") for session in sessions]
    gaze = [_gaze_digest(store, row.index, row.num_frames) for row in rows] if with_gaze else []
    return content_key([asdict(row) for row in rows], images, gaze)


def code_digest(*more: str) -> str:
    """Return the digest of the code that training runs through, and of torch's version.

    more: packages that the work runs through beside training's.
    """
    root = Path(__file__).resolve().parents[1]
    paths = [path for package in (*CODE, *more) for path in (root / package).rglob("*.py")]
    return content_key(file_digests(root, paths), torch.__version__)


def _gaze_digest(store: ClipStore, clip: int, num_frames: int) -> str:
    points, valid = store.gaze(clip, np.arange(num_frames))
    return hashlib.blake2b(points.tobytes() + valid.tobytes(), digest_size=20).hexdigest()
