"""A digest of a data set that a copy of it shares: what its lists say, and its files' sizes.

The fingerprint that ``configure`` writes has the files' times too, by which copies differ.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.annotations.egtea import ANNOTATION_DIR
from pipeline.annotations.readers import dataset_folder
from pipeline.annotations.table import read_table_rows, table_path
from pipeline.memo import content_key, file_digest

LISTS = (".csv", ".tsv", ".txt")
"""Endings of files that may say which clips there are: an equal size says too little of them."""

MOST_BYTES = 1 << 21
"""A larger file is no list, but a recording such as gaze's."""


def digest_data(root: Path) -> str:
    """Return what changes with the paths and sizes of a data set's files, or with its lists' text.

    Args:
        root: a folder, of which all files count; or a table's CSV, with the files it names.

    Raises:
        AnnotationError: the table is faulty as a whole.
    """
    folder = dataset_folder(root)
    paths = set(_files_below(folder)) if root.is_dir() else {root.name}
    if table_path(root).is_file() and not (root / ANNOTATION_DIR).exists():
        rows, _ = read_table_rows(table_path(root))
        paths |= {path for row in rows for path in (row.video, row.gaze) if path}
    return content_key(sorted([path, _content(folder / path)] for path in paths))


def _files_below(folder: Path) -> Iterator[str]:
    """Yield every file's path, links followed; hidden ones are left out."""
    seen = set()
    for here, folders, names in os.walk(folder, followlinks=True):
        status = Path(here).stat()
        is_new = (status.st_dev, status.st_ino) not in seen
        seen.add((status.st_dev, status.st_ino))
        folders[:] = [name for name in folders if is_new and not name.startswith(".")]
        below = Path(here).relative_to(folder)
        yield from ((below / name).as_posix() for name in names if is_new and name[0] != ".")


def _content(path: Path) -> int | str:
    """Return a list's digest, any other file's size, or -1 where there is no file."""
    if not path.is_file():
        return -1
    size = path.stat().st_size
    return file_digest(path) if path.suffix in LISTS and size <= MOST_BYTES else size
