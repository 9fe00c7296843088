"""Writing files so that a reader never sees half of one: write .part, fsync, rename."""

import errno
import io
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py

DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a path to write to, which becomes ``path`` when the block ends without an error.

    The folder is made. On an error (a full disk, an interrupt) the part is removed and whatever
    ``path`` held before stays as it was.

    Raises:
        OSError: the disk is full; names the path and what to do.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part{uuid.uuid4().hex}")  # machines may share the folder
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        if error.errno not in DISK_IS_FULL:
            raise
        what = f"{error.strerror}; free space on that disk and run again, finished work is kept"
        raise OSError(error.errno, what, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole text file atomically, in UTF-8."""
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def atomic_hdf5(path: Path, libver: tuple[str, str] | None = None) -> Iterator["h5py.File"]:
    """Give a small HDF5 file to fill, which is written to ``path`` atomically when the block ends.

    It is made in memory: HDF5 crashes the process where it cannot write to the disk. ``libver``
    fixes the file format, as h5py understands it.
    """
    import h5py

    content = io.BytesIO()
    with h5py.File(content, "w", libver=libver) as file:
        yield file
    with atomic_write(path) as part:
        part.write_bytes(content.getbuffer())
