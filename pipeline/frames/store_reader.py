"""Reading an image store, from any process."""

import json
import os
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np

from pipeline.frames.size import Size
from pipeline.frames.store_format import VERSION, Attribute, StoreError

Items = range


class ImageReader:
    """Reads one store; opened at first use, once a process, so it may be pickled and forked.

    Args:
        path: the store, or a file that links to it.
        group: where in the file the store lies.
    """

    def __init__(self, path: Path, group: str = "/") -> None:
        self.path = path
        self.group = group
        self._forget()

    def __getstate__(self) -> dict[str, object]:
        return {"path": self.path, "group": self.group}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._forget()

    @property
    def attrs(self) -> dict[str, Attribute]:
        """Return all attributes, numbers as Python's own."""
        return {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in self._open().attrs.items()
        }

    @property
    def size(self) -> Size:
        """Return the images' size, 0x0 where no video could be kept."""
        attributes = self.attrs
        return Size(int(attributes["width"]), int(attributes["height"]))

    @property
    def parameters(self) -> dict[str, object]:
        """Return everything that shaped the images."""
        parameters: dict[str, object] = json.loads(str(self.attrs["parameters"]))
        return parameters

    @property
    def videos(self) -> list[str]:
        """Return the stored videos' names, in order."""
        self._open()
        return list(self._items)

    @property
    def num_items(self) -> int:
        """Return the number of frames, or of pairs, over all videos."""
        return sum(len(self.range(video)) for video in self.videos)

    def range(self, video: str) -> Items:
        """Return the numbers of a video's frames, or pairs.

        Raises:
            StoreError: the video is not in the store.
        """
        self._open()
        if video not in self._items:
            raise StoreError(
                f"{self.path}: found no video '{video}' among {len(self._items)}; "
                "data/quarantine/frames.csv lists those that could not be decoded"
            )
        return self._items[video]

    def encoded(self, index: int) -> bytes:
        """Return the JPEG bytes of one entry: frame k, or of pair p entry 2p (x) or 2p+1 (y)."""
        return self.encoded_between(index, index + 1)[0]

    def encoded_between(self, start: int, stop: int) -> list[bytes]:
        """Return the JPEG bytes of neighbouring entries, by one read.

        Raises:
            StoreError: the store does not hold all of them.
        """
        store = self._open()
        if not 0 <= start <= stop < len(self._offsets):
            found = len(self._offsets) - 1
            raise StoreError(f"{self.path}: found {found} images, asked for {start} to {stop}")
        begin, end = self._offsets[start], self._offsets[stop]
        data = store["bytes"][begin:end].tobytes()
        bounds = (self._offsets[start : stop + 1] - begin).tolist()
        return [data[first:last] for first, last in pairwise(bounds)]

    def array(self, name: str) -> np.ndarray:
        """Return numbers that the writer kept beside the images.

        Raises:
            StoreError: it kept none under this name.
        """
        store = self._open()
        if name not in store:
            raise StoreError(f"{self.path}: found no '{name}' among {sorted(store)}")
        array: np.ndarray = store[name][()]
        return array

    def close(self) -> None:
        """Close this process's handle; the next use opens the file again."""
        if self._file is not None and self._pid == os.getpid():
            self._file.close()
        self._forget()

    def _forget(self) -> None:
        self._file: h5py.File | None = None
        self._store: h5py.Group | None = None
        self._pid = -1
        self._offsets = np.zeros(1, np.int64)
        self._items: dict[str, Items] = {}

    def _open(self) -> h5py.Group:
        """Return the store; its tables are read when this process first asks."""
        if self._store is None or self._pid != os.getpid():
            try:
                self._file = h5py.File(self.path, "r")
                self._store = self._file[self.group]
                self._read_tables(self._store)
            except (OSError, KeyError) as error:
                self._forget()
                raise StoreError(
                    f"{self.path}: no readable image store at '{self.group}': {error}; "
                    "run `dvc repro frames flow`"
                ) from error
            self._pid = os.getpid()
        return self._store

    def _read_tables(self, store: h5py.Group) -> None:
        if store.attrs["version"] != VERSION:
            raise StoreError(
                f"{self.path}: found version {store.attrs['version']}, expected {VERSION}; "
                "run `dvc repro frames flow`"
            )
        self._offsets = store["offsets"][:]
        names = store["videos"].asstr()[:]
        first = store["first"][:].tolist()
        self._items = {
            name: range(*bounds) for name, bounds in zip(names, pairwise(first), strict=True)
        }
