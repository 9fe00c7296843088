"""The device code as one text, and the options that it is compiled with."""

from pathlib import Path

from pipeline.flow.cuda_tvl1.tiling import Tiling

FILES = (  # in this order: each uses those before it
    "problem",
    "program",
    "images",
    "linearise",
    "median",
    "deliver",
    "prepare",
    "tile",
    "iterate",
)
MEDIAN_PIXELS = 5
# Division and square root within 2 units in the last place, as all of the method's numbers allow;
# where 0 must stay 0 to the bit, the code asks for exact ones (linearise.cu).
FAST = ("--ftz=true", "--prec-div=false", "--prec-sqrt=false")


def source_path(name: str) -> Path:
    """Return where one of ``FILES`` lies."""
    return Path(__file__).parent / f"{name}.cu"


def read_source() -> str:
    """Return all files as one, with lines numbered as in each."""
    return "".join(f'#line 1 "{name}.cu"\n{source_path(name).read_text()}' for name in FILES)


def list_options(tiling: Tiling, median_pixels: int) -> tuple[str, ...]:
    """Return the compiler's options but the architecture."""
    median = f"-DMEDIAN_PIXELS={median_pixels if median_pixels > 1 else MEDIAN_PIXELS}"
    return ("-std=c++17", *FAST, *tiling.definitions, median)
