"""Reading clips: images and gaze of any clip of the data set, in any process."""

from collections import OrderedDict
from itertools import pairwise
from pathlib import Path
from typing import Literal

import h5py
import numpy as np
from jaxtyping import Bool, Float32, Int, UInt8

from pipeline.clips.row import ClipRow, read_rows
from pipeline.clips.shard import VERSION
from pipeline.clips.stored import StoredGaze
from pipeline.frames.encode import JpegError, decode_grey, decode_rgb
from pipeline.frames.store import ImageReader, StoreError

Stream = Literal["rgb", "flow"]
GROUPS = {"rgb": "frames", "flow": "flow"}
MAX_OPEN_SESSIONS = 128
"""Each open session holds two files; systems allow 1024 a process by default."""


class ClipStore:
    """The packed clips of all sessions, with the images of one stream.

    The table is read at once. Images are opened at first use, once a process, so that a store may
    be pickled, spawned with and forked: an HDF5 handle that crosses a fork reads wrong bytes.
    Links are followed from the path in the workspace, also where DVC made that path a symbolic
    link into its cache.

    Args:
        clips_dir: ``data/clips``.
        stream: ``rgb`` gives three channels, ``flow`` two: x and y.

    Raises:
        StoreError: the folder holds no readable session.
    """

    def __init__(self, clips_dir: Path, stream: Stream) -> None:
        self.clips_dir = clips_dir
        self.stream: Stream = stream
        self.clips: list[ClipRow] = []
        for path in sorted(clips_dir.glob("*.h5")):
            self.clips += _read_session(path, len(self.clips))
        if not self.clips:
            raise StoreError(f"{clips_dir}: found no packed session; run `dvc repro pack`")
        self._forget()

    def __getstate__(self) -> dict[str, object]:
        return {"clips_dir": self.clips_dir, "stream": self.stream, "clips": self.clips}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._forget()

    @property
    def num_channels(self) -> int:
        """Channels of an image: 3 (red, green, blue) or 2 (x, y)."""
        return 3 if self.stream == "rgb" else 2

    def of_part(self, part: str) -> list[int]:
        """Return the indices of a part's clips: train, validation or test."""
        return [clip.index for clip in self.clips if clip.part == part]

    def images(self, clip: int, indices: Int[np.ndarray, " T"]) -> UInt8[np.ndarray, "T H W C"]:
        """Return some frames of a clip, or the flow that leaves each of them.

        The last frame has no flow of its own and gives that of the frame before it.

        Args:
            clip: index of the clip.
            indices: frame numbers within the clip, in any order, repeated or not.

        Raises:
            StoreError: a frame lies outside the clip, or its bytes cannot be read.
        """
        row = self.clips[clip]
        if indices.min() < 0 or indices.max() >= row.num_frames:
            raise StoreError(
                f"clip '{row.name}': asked for frames {indices.min()} to {indices.max()}, "
                f"it has {row.num_frames}"
            )
        if self.stream == "rgb":
            items = row.first_frame + indices
        else:
            items = row.first_pair + np.minimum(indices, row.num_pairs - 1)
        try:
            return self._decode(self._reader(row.session), items)
        except JpegError as error:
            raise StoreError(
                f"clip '{row.name}' of {row.session}, {self.stream}: {error}"
            ) from error

    def gaze(
        self, clip: int, indices: Int[np.ndarray, " T"]
    ) -> tuple[Float32[np.ndarray, "T 2"], Bool[np.ndarray, " T"]]:
        """Return gaze of some frames: points in the image (NaN without a sample), and validity.

        A session's gaze is read whole at its first use; a process that never asks reads none.
        """
        row = self.clips[clip]
        if row.session not in self._gaze:
            self._gaze[row.session] = _read_gaze(self._path(row.session))
        gaze = self._gaze[row.session]
        rows = row.first_gaze + indices
        return gaze.points[rows], gaze.valid[rows]

    def close(self) -> None:
        """Close this process's files; the next use opens them again."""
        for reader in self._readers.values():
            reader.close()
        self._forget()

    def _forget(self) -> None:
        self._readers: OrderedDict[str, ImageReader] = OrderedDict()
        self._gaze: dict[str, StoredGaze] = {}

    def _path(self, session: str) -> Path:
        return self.clips_dir / f"{session}.h5"

    def _reader(self, session: str) -> ImageReader:
        """Return a session's images; the longest unused session is closed where too many are."""
        if session in self._readers:
            self._readers.move_to_end(session)
            return self._readers[session]
        reader = _open_images(self._path(session), GROUPS[self.stream])
        self._readers[session] = reader
        if len(self._readers) > MAX_OPEN_SESSIONS:
            self._readers.popitem(last=False)[1].close()
        return reader

    def _decode(
        self, reader: ImageReader, items: Int[np.ndarray, " T"]
    ) -> UInt8[np.ndarray, "T H W C"]:
        """Read each run of neighbours at once, and decode each image once."""
        unique, places = np.unique(items, return_inverse=True)
        decode = _decode_frames if self.stream == "rgb" else _decode_pairs
        bounds = [0, *(np.flatnonzero(np.diff(unique) > 1) + 1).tolist(), len(unique)]
        images: list[np.ndarray] = []
        for start, stop in pairwise(bounds):
            images += decode(reader, int(unique[start]), int(unique[stop - 1]) + 1)
        return np.stack([images[place] for place in places])


def _decode_frames(reader: ImageReader, start: int, stop: int) -> list[np.ndarray]:
    return [decode_rgb(encoded) for encoded in reader.encoded_between(start, stop)]


def _decode_pairs(reader: ImageReader, start: int, stop: int) -> list[np.ndarray]:
    planes = [decode_grey(encoded) for encoded in reader.encoded_between(2 * start, 2 * stop)]
    return [np.stack(pair, axis=-1) for pair in zip(planes[::2], planes[1::2], strict=True)]


def _open_images(path: Path, group: str) -> ImageReader:
    """Open a session's linked images, and check that they are those that were packed."""
    reader = ImageReader(path, group)
    with h5py.File(path, "r") as file:
        packed = file.attrs[f"{group}_parameters"]
    found = reader.attrs["parameters"]
    if found != packed:
        raise StoreError(
            f"{path}: its clips were packed with {group} of {packed}, found {found}; "
            "run `dvc repro pack`"
        )
    return reader


def _read_session(path: Path, first_index: int) -> list[ClipRow]:
    try:
        with h5py.File(path, "r") as file:
            version = file.attrs["version"]
            if version == VERSION:
                return read_rows(file, first_index)
    except (OSError, KeyError) as error:
        raise StoreError(f"{path}: no packed session ({error}); run `dvc repro pack`") from error
    raise StoreError(f"{path}: found version {version}, expected {VERSION}; run `dvc repro pack`")


def _read_gaze(path: Path) -> StoredGaze:
    with h5py.File(path, "r") as file:
        gaze = file["gaze"]
        return StoredGaze(gaze["points"][:], gaze["kind"][:], gaze["valid"][:])
