"""How far stored flow moves, and how much of it is clipped: from a sample, and as counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from pipeline.flow.quantize import dequantize
from pipeline.frames.store_reader import ImageReader

BINS = 40
"""Of the histogram of magnitudes, from no motion to the largest that can be stored."""
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class SessionFlow:
    """One session's flow; lengths in pixels at the stored size.

    Args:
        pairs: stored.
        clipped: share of all vectors with a component beyond the bound, counted at extraction.
        percentiles: of the lengths in the sample; None where the session is not in it.
    """

    pairs: int
    clipped: float
    percentiles: Mapping[int, float] | None


@dataclass(frozen=True)
class FlowQuality:
    """The flow of a data set.

    Args:
        bound_pixels: of each component.
        still: share of sampled vectors no longer than half a level, which is stored as no motion.
        shares: of sampled vectors by length, in `BINS` equal bins from 0 to the longest vector
            that the bound allows.
        percentiles: of all sampled lengths.
        clipped: share of all vectors.
        images: in the sample.
        sessions: by name.
    """

    bound_pixels: float
    still: float
    shares: Float[np.ndarray, " bins"]
    percentiles: Mapping[int, float]
    clipped: float
    images: int
    sessions: Mapping[str, SessionFlow]

    @property
    def longest(self) -> float:
        """Return the length of the longest vector that can be stored."""
        return self.bound_pixels * 2**0.5


def measure_flow(
    clips_dir: Path, sample: Mapping[str, UInt8[np.ndarray, "_ _ _ 2"]]
) -> FlowQuality:
    """Measure the sampled flow, and read what extraction counted in each session.

    Args:
        clips_dir: ``data/clips``, whose shards link to the flow.
        sample: levels by session; not empty.
    """
    stored, bound = {}, 0.0
    for path in sorted(clips_dir.glob("*.h5")):
        reader = ImageReader(path, "flow")
        stored[path.stem] = (reader.num_items, _clipped_vectors(reader), reader.size)
        bound = float(str(reader.parameters["bound_pixels"]))
        reader.close()
    lengths = {session: _lengths(levels, bound) for session, levels in sample.items()}
    everything = np.concatenate(list(lengths.values()))
    longest = bound * 2**0.5
    counts, _ = np.histogram(everything, BINS, (0.0, longest * (1 + 1e-6)))
    vectors = {name: pairs * size.width * size.height for name, (pairs, _, size) in stored.items()}
    return FlowQuality(
        bound_pixels=bound,
        still=float((everything <= bound / 255 * 2**0.5 * (1 + 1e-6)).mean()),
        shares=counts / len(everything),
        percentiles=_percentiles(everything),
        clipped=sum(number for _, number, _ in stored.values()) / max(sum(vectors.values()), 1),
        images=sum(len(levels) for levels in sample.values()),
        sessions={
            name: SessionFlow(
                pairs=pairs,
                clipped=number / max(vectors[name], 1),
                percentiles=_percentiles(lengths[name]) if name in lengths else None,
            )
            for name, (pairs, number, _) in stored.items()
        },
    )


def _clipped_vectors(reader: ImageReader) -> int:
    return int(reader.attrs["num_clipped"])


def _lengths(levels: UInt8[np.ndarray, "F H W 2"], bound: float) -> Float[np.ndarray, " N"]:
    """Return the length of every vector, in pixels."""
    return np.hypot(*np.moveaxis(dequantize(levels, bound), -1, 0)).ravel()


def _percentiles(lengths: Float[np.ndarray, " N"]) -> dict[int, float]:
    found = np.percentile(lengths, PERCENTILES)
    return dict(zip(PERCENTILES, found.tolist(), strict=True))
