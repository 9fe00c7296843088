"""A segment's images as inference asks a clip store for them."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Int, UInt8

from pipeline.flow.solve import Solver
from pipeline.prediction.motion import fill_flow, flow_places, still
from pipeline.prediction.stored import Frame

StreamName = Literal["rgb", "flow"]


class SegmentImages:
    """Gives a segment's images of one stream, as a clip store would.

    Args:
        frames: the segment's.
        stream: whose images.
        solver: computes flow; needed for that stream alone.
    """

    def __init__(self, frames: Sequence[Frame], stream: StreamName, solver: Solver | None) -> None:
        self._frames = frames
        self._solver = solver
        self.stream = stream

    def images(
        self,
        clip: int,  # noqa: ARG002 - there is one
        indices: Int[np.ndarray, " T"],
    ) -> UInt8[np.ndarray, "T H W C"]:
        """Return some frames, or the flow that leaves each of them."""
        if self.stream == "rgb":
            return np.stack([self._frames[place].image for place in indices.tolist()])
        return np.stack(self._flow(indices))

    def _flow(self, indices: Int[np.ndarray, " T"]) -> list[UInt8[np.ndarray, "H W 2"]]:
        if len(self._frames) == 1:
            return [still(self._frames[0])] * len(indices)
        places = flow_places(indices, len(self._frames))
        if self._solver is not None:
            fill_flow(self._frames, places, self._solver)
        return [flow for place in places.tolist() if (flow := self._frames[place].flow) is not None]
