"""The image store of a session: compressed images in one HDF5 file, for frames and flow alike.

All JPEG bytes stand in one flat, contiguous dataset, so that neighbouring images are one read;
variable-length entries are 40 % slower there, and raw pixels ten times larger.
"""

from pathlib import Path

from pipeline.frames.store_format import VERSION, StoreError
from pipeline.frames.store_reader import ImageReader
from pipeline.frames.store_writer import ImageWriter, disk_faults

__all__ = ["VERSION", "ImageReader", "ImageWriter", "StoreError", "clear_stores", "disk_faults"]


def clear_stores(directory: Path) -> None:
    """Make the folder and remove every store, whole or half-written, that an earlier run left."""
    directory.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.h5", "*.h5.part*"):
        for path in directory.glob(pattern):
            path.unlink()
