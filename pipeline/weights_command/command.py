"""What the command `python -m stages.weights` does, as lines for a person to read."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.models.digests import sha256
from pipeline.models.errors import WeightsError
from pipeline.models.pretrained import (
    FOLDER,
    how_to_get,
    is_present,
    published_of,
    read_index,
    verify,
)
from pipeline.weights_command.fetch import fetch
from pipeline.weights_command.table import describe_all


def run(arguments: Sequence[str], root: Path) -> Iterator[str]:
    """List, fetch or verify, below the repository `root`; a line for each file.

    Raises:
        WeightsError: a file is not known, cannot be had or is damaged.
        SystemExit: the arguments are not understood.
    """
    parser = argparse.ArgumentParser(
        prog="python -m stages.weights",
        description="List, fetch or verify published weights (models/pretrained/INDEX.yaml).",
    )
    parser.add_argument("action", nargs="?", choices=("list", "fetch", "verify"), default="list")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="which weights; verify: all present")
    chosen = parser.parse_args(arguments)
    if chosen.action == "list":
        yield describe_all(root)
    elif chosen.action == "verify":
        keys = chosen.keys or [key for key in read_index(root) if is_present(key, root)]
        for key in keys:
            yield _verify(key, root)
    elif chosen.keys:
        for key in chosen.keys:
            yield _fetch(key, root)
    else:
        parser.error("fetch needs the keys of weights; without a word they are listed")


def _fetch(key: str, root: Path) -> str:
    published = published_of(key, root)
    path = root / FOLDER / published.file
    return _describe(key, path, is_verified=fetch(key, published, path))


def _verify(key: str, root: Path) -> str:
    published = published_of(key, root)
    path = root / FOLDER / published.file
    if not path.is_file():
        raise WeightsError(f"{path}: absent; {how_to_get(key, published)}")
    return _describe(key, path, is_verified=verify(path, published))


def _describe(key: str, path: Path, *, is_verified: bool) -> str:
    if is_verified:
        return f"{key}: {path}: verified"
    return f"{key}: {path}: unverified, no digest of it is known (found sha256 {sha256(path)})"
