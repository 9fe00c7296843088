"""Writing an image store: streamed, in little memory, and never half visible."""

import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import h5py
import numpy as np

from pipeline.atomic import atomic_write
from pipeline.frames.size import Size
from pipeline.frames.store_format import (
    CHANNELS,
    ENTRIES_PER_ITEM,
    VERSION,
    Attribute,
    StoreError,
)

BLOCK_BYTES = 4 << 20


class ImageWriter:
    """Writes one store, video after video; a context manager.

    The file appears under its name when the block ends without an error, and not at all
    otherwise. Until then the bytes wait in an unnamed file beside it: memory stays small, the
    bytes end up in one contiguous piece, and a kill leaves none of them.

    Args:
        path: the store.
        kind: ``frames`` (an item is one colour image) or ``flow`` (two grey images, x then y).
        parameters: everything that shaped the images, kept as JSON.
    """

    def __init__(self, path: Path, kind: str, parameters: Mapping[str, object]) -> None:
        self._path = path
        self._attributes: dict[str, Attribute] = {
            "kind": kind,
            "channels": CHANNELS[kind],
            "version": VERSION,
            "parameters": json.dumps(parameters, sort_keys=True),
        }
        self._entries_per_item = ENTRIES_PER_ITEM[kind]
        self._offsets = [0]
        self._first = [0]
        self._videos: list[str] = []
        self._arrays: dict[str, np.ndarray] = {}
        self._stack = ExitStack()
        self.size: Size | None = None

    def __enter__(self) -> "ImageWriter":
        with disk_faults(self._path):
            self._part = self._stack.enter_context(atomic_write(self._path))
            self._spool: IO[bytes] = self._stack.enter_context(
                tempfile.TemporaryFile(dir=self._path.parent)
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with disk_faults(self._path):
            if error is not None:
                self._stack.__exit__(kind, error, trace)
                return
            with self._stack:
                self._assemble()

    def add_video(self, name: str, size: Size, images: Iterable[bytes]) -> int:
        """Append a video's compressed images and return its number of items.

        An error in ``images`` takes the whole video back out, and the store can go on.

        Raises:
            StoreError: the size differs from the videos before, the last item is not complete,
                or the disk cannot take the bytes.
        """
        num_before = len(self._offsets)
        try:
            for image in images:
                with disk_faults(self._path):
                    self._spool.write(image)
                self._offsets.append(self._offsets[-1] + len(image))
            self._check_video(name, size, len(self._offsets) - num_before)
        except BaseException:
            self._take_back(num_before)
            raise
        self.size = size
        self._videos.append(name)
        self._first.append((len(self._offsets) - 1) // self._entries_per_item)
        return self._first[-1] - self._first[-2]

    def note(self, name: str, value: Attribute) -> None:
        """Keep a further fact about the session as an attribute of the file."""
        self._attributes[name] = value

    def keep(self, name: str, array: np.ndarray) -> None:
        """Keep numbers beside the images, under a name of their own."""
        self._arrays[name] = array

    def _check_video(self, name: str, size: Size, num_entries: int) -> None:
        if self.size not in (None, size):
            raise StoreError(
                f"{self._path}: found '{name}' of {size}, expected {self.size} as the videos "
                "before it"
            )
        if num_entries % self._entries_per_item:
            raise StoreError(
                f"{self._path}: found {num_entries} images of '{name}', expected a multiple of "
                f"{self._entries_per_item}"
            )

    def _take_back(self, num_offsets: int) -> None:
        del self._offsets[num_offsets:]
        with disk_faults(self._path):
            self._spool.seek(self._offsets[-1])
            self._spool.truncate()

    def _assemble(self) -> None:
        with closing(PatientFile(self._part, "w+")) as raw:
            with h5py.File(raw, "w") as file:
                self._fill(file)
            if raw.fault is not None:
                raise raw.fault

    def _fill(self, file: h5py.File) -> None:
        size = self.size or Size(0, 0)
        file.attrs.update(self._attributes | {"height": size.height, "width": size.width})
        file["offsets"] = np.array(self._offsets, np.int64)
        file["first"] = np.array(self._first, np.int64)
        for name, array in self._arrays.items():
            file[name] = array
        file.create_dataset("videos", data=self._videos, dtype=h5py.string_dtype())
        flat = file.create_dataset("bytes", (self._offsets[-1],), np.uint8)
        self._spool.seek(0)
        start = 0
        while block := self._spool.read(BLOCK_BYTES):
            flat[start : start + len(block)] = np.frombuffer(block, np.uint8)
            start += len(block)


class PatientFile(io.FileIO):
    """A file that takes note of its first failed write and pretends from then on.

    HDF5 cannot close a file that it failed to write, and crashes the process over it. So it is
    let finish, and whoever made the file asks for the fault.
    """

    fault: OSError | None = None

    def write(self, data: object) -> int:
        """Write all of a buffer of bytes, which one write on a nearly full disk does not do."""
        left = np.asarray(data).data
        size = len(left)
        while left and self.fault is None:
            try:
                left = left[super().write(left) :]
            except OSError as error:
                self.fault = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Set the file's size."""
        try:
            return super().truncate(size)
        except OSError as error:
            self.fault = self.fault or error
            return size or 0


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn a failed write into an error that says what to do."""
    try:
        yield
    except StoreError:
        raise
    except (OSError, RuntimeError) as error:
        found = error.__cause__ or error  # what atomic_write says of it is said below
        raise StoreError(
            f"{path}: could not be written ({found}); nothing is left under this name. Free "
            "space on that disk and run again: finished sessions are kept"
        ) from error
