"""Compiled device code, kept from run to run: compiling takes a second, loading a millisecond."""

from contextlib import suppress
from pathlib import Path

from pipeline.atomic import atomic_write
from pipeline.flow.cuda_tvl1.nvrtc import compile_source, nvrtc_version
from pipeline.flow.cuda_tvl1.source import list_options, read_source
from pipeline.flow.cuda_tvl1.tiling import Tiling
from pipeline.memo import content_key


def cache_folder() -> Path:
    """Return the user's folder of compiled code, shared by all checkouts: names are digests."""
    return Path.home() / ".cache" / "fixate" / "cuda"


def fetch_image(folder: Path, architecture: str, tiling: Tiling, median_pixels: int) -> bytes:
    """Return machine code for an architecture, compiled if nobody has before.

    Raises:
        FlowError: the source does not compile.
    """
    source, options = read_source(), list_options(tiling, median_pixels)
    name = content_key(source, options, nvrtc_version())
    path = folder / f"tvl1-{architecture}-{name}.bin"
    with suppress(OSError):  # not there, or not ours to read
        return path.read_bytes()
    image = compile_source(source, options, architecture).image
    with suppress(OSError), atomic_write(path) as part:  # a full disk costs a second a process
        part.write_bytes(image)
    return image
