"""Annotation files as text: numbered lines, and errors that name the file and what to do."""

from pathlib import Path

from pipeline.annotations.errors import AnnotationError


def read_text(path: Path) -> str:
    """Read a text file; a byte order mark is dropped, line ends become newlines.

    Raises:
        AnnotationError: the file is absent, no UTF-8, or empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise AnnotationError(
            f"{path}: no such file; check dataset.name and dataset.root (docs/datasets.md)"
        ) from None
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: not UTF-8 ({error}); save it as UTF-8 text") from error
    if not text.strip():
        raise AnnotationError(f"{path}: empty; put the data set's own file back")
    return text


def read_lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines that hold something, stripped, with their numbers from 1."""
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]
