"""The list of published weights, and what is there of them."""

from pathlib import Path

from pipeline.models.errors import WeightsError
from pipeline.models.pretrained import FOLDER, Published, read_index, verify

HEADINGS = ("weights", "state", "size", "licence", "from")
NO_LICENCE = "none stated"


def describe_all(root: Path) -> str:
    """Return a table of all published weights that are known, a line each."""
    rows = [
        (key, state_of(root, published), size_of(root, published), *_origin(published))
        for key, published in read_index(root).items()
    ]
    widths = [max(len(row[column]) for row in [HEADINGS, *rows]) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEADINGS, *rows]
    )


def state_of(root: Path, published: Published) -> str:
    """Return verified, unverified, damaged or absent."""
    path = root / FOLDER / published.file
    if not path.is_file():
        return "absent"
    try:
        return "verified" if verify(path, published) else "unverified"
    except WeightsError:
        return "damaged"


def size_of(root: Path, published: Published) -> str:
    """Return the size of the file that is there, else the published one, if it is known."""
    path = root / FOLDER / published.file
    size = path.stat().st_size if path.is_file() else published.bytes
    return "?" if size is None else f"{size / 1e6:.1f} MB"


def _origin(published: Published) -> tuple[str, str]:
    """Licence, and the address; in brackets where a person has to go there."""
    address = published.address or f"({published.source})"
    return published.licence or NO_LICENCE, address
