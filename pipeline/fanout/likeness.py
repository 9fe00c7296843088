"""Whether another machine's worker would do the work as this process does: code and libraries."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SHAPING_PACKAGES = ("av", "h5py", "numba", "numpy", "opencv-contrib-python-headless", "torch")
"""Those of which another version may give other bytes."""


@cache
def describe_process() -> Mapping[str, str]:
    """Return what shapes the work in this process, as it was when it was first asked for."""
    return {
        "Python": platform.python_version(),
        "the code of pipeline/": _code_digest(),
        **{name: _version(name) for name in SHAPING_PACKAGES},
    }


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Return, in words, each part in which one process is not like another."""
    return [
        f"{name}: found {found.get(name)}, expected {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]


def _code_digest() -> str:
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
