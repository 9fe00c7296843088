"""Digests by which a published file can be told from a damaged one."""

import hashlib
from pathlib import Path

CHUNK_BYTES = 1 << 20


def sha256(path: Path) -> str:
    """Digest of a file's bytes; torchvision's file names end in its first eight digits."""
    return _digest(path, hashlib.sha256())


def git_blob(path: Path) -> str:
    """What git calls a file's content, as `git hash-object` prints it."""
    return _digest(path, hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False))


def _digest(path: Path, digest: "hashlib._Hash") -> str:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
