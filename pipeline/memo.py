"""The content-keyed store of finished work, outside of DVC's outs.

Work is keyed by its inputs, so that one new video costs one video, and a killed run or an
experiment in another workspace goes on where the last one stopped. An entry whose bytes DVC's
cache holds too points there instead of keeping a second copy.
"""

import errno
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.params import Section

CHUNK_BYTES = 1 << 20


def content_key(*parts: object) -> str:
    """Digest of the parts' canonical JSON: numbers, words, lists, mappings and sections."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def file_digest(path: Path) -> str:
    """Digest of a file's bytes."""
    return _digest(path, hashlib.blake2b(digest_size=20))


def file_digests(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Digest of each file, by its path below ``root``."""
    return {path.relative_to(root).as_posix(): file_digest(path) for path in paths}


@dataclass(frozen=True)
class Memo:
    """Finished files by step and key.

    Args:
        work_dir: ``.work`` of the repository.
        cache_dirs: DVC caches (``.../files/md5``) that may hold the bytes already.
    """

    work_dir: Path
    cache_dirs: Sequence[Path]

    def fetch(self, step: str, key: str, files: Mapping[str, Path]) -> bool:
        """Bring each named file of an entry to its destination; False where there is none."""
        try:
            return self._bring(self._entry(step, key), files)
        except FileNotFoundError:  # another process settled the entry in between: look again
            return self._bring(self._entry(step, key), files)

    def has(self, step: str, key: str) -> bool:
        """Say whether an entry could be fetched."""
        return self._sources(self._entry(step, key)) is not None

    def store(self, step: str, key: str, files: Mapping[str, Path]) -> None:
        """Remember finished files under a key; they stay where they are too, as hard links.

        Where another process has stored the same work meanwhile, its files are kept: an entry
        that is whole is never taken away, so that whoever fetches it finds it at any time.
        """
        entry = self._entry(step, key)
        fresh = entry.with_name(f"{key}.part{uuid.uuid4().hex}")
        fresh.mkdir(parents=True)
        try:
            manifest = {}
            for name, path in files.items():
                _link(path, fresh / name)
                manifest[name] = _digest(path, hashlib.md5(usedforsecurity=False))
            write_text(fresh / "manifest.json", json.dumps(manifest, indent=1))
            while not _renamed(fresh, entry) and not self._is_whole(entry, set(files)):
                ruin = fresh.with_name(f"{key}.part{uuid.uuid4().hex}")
                with suppress(FileNotFoundError):  # another process has moved it away
                    entry.rename(ruin)
                shutil.rmtree(ruin, ignore_errors=True)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self._scratch(step, key), ignore_errors=True)

    def scratch(self, step: str, key: str) -> Path:
        """Return a folder for unfinished work that outlives a kill; `store` removes it."""
        path = self._scratch(step, key)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def settle(self) -> int:
        """Drop each stored file whose bytes DVC's cache holds; returns the bytes freed."""
        freed = 0
        for manifest_path in (self.work_dir / "memo").glob("*/*/manifest.json"):
            with suppress(FileNotFoundError):  # another process settles or stores it
                manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
                for name, md5 in manifest.items():
                    freed += self._settle(manifest_path.parent / name, md5)
        return freed

    def _settle(self, own: Path, md5: str) -> int:
        cached = self._cached(md5)
        if not own.is_file() or cached is None:
            return 0
        status = own.stat()
        if status.st_ino == cached.stat().st_ino:
            return 0
        own.unlink()
        return status.st_size

    def _bring(self, entry: Path, files: Mapping[str, Path]) -> bool:
        sources = self._sources(entry)
        if sources is None or set(sources) != set(files):
            return False
        for name, destination in files.items():
            _link(sources[name], destination)
        return True

    def _is_whole(self, entry: Path, names: set[str]) -> bool:
        sources = self._sources(entry)
        return sources is not None and set(sources) == names

    def _entry(self, step: str, key: str) -> Path:
        return self.work_dir / "memo" / step / key

    def _scratch(self, step: str, key: str) -> Path:
        return self.work_dir / "scratch" / step / key

    def _sources(self, entry: Path) -> dict[str, Path] | None:
        """Return where each file of an entry lies now, or None if one is gone."""
        try:
            manifest = json.loads((entry / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        sources = {}
        for name, md5 in manifest.items():
            own = entry / name
            found = own if own.is_file() else self._cached(md5)
            if found is None:
                return None
            sources[name] = found
        return sources

    def _cached(self, md5: str) -> Path | None:
        for cache_dir in self.cache_dirs:
            path = cache_dir / md5[:2] / md5[2:]
            if path.is_file():
                return path
        return None


def _renamed(source: Path, destination: Path) -> bool:
    """Rename a folder in one step; False where a folder with something in it has that name."""
    try:
        source.rename(destination)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        return False
    return True


def _link(source: Path, destination: Path) -> None:
    """Make ``destination`` the same file as ``source``, by a hard link or else a copy."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    part = destination.with_name(f"{destination.name}.part{uuid.uuid4().hex}")
    try:
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
        part.replace(destination)
    finally:  # a copy may fail; and replacing a file by its own hard link leaves both names
        part.unlink(missing_ok=True)


def _digest(path: Path, digest: "hashlib._Hash | hashlib.blake2b") -> str:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Section):
        return value.model_dump(mode="json")
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a memo key")
