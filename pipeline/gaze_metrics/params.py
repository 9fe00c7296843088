"""The section of the stage gaze_metrics."""

from typing import Annotated

import pydantic

from pipeline.params import Section

FIELDS_OF_VIEW_DEGREES: dict[str, float | None] = {"egtea": 60.0, "kitchen": 60.0, "table": None}
"""What ``auto`` means, by data set. EGTEA Gaze+: what published angular errors take it for (GLC's
code). Kitchen pictures have no lens (`pipeline.kitchen.head` moves a plane); they stand in for
EGTEA Gaze+'s. A table's cameras are not known."""


class GazeMetricsConfig(Section):
    """What the metrics need to know of the data set, and the constants of their definitions."""

    field_of_view_degrees: Annotated[float, pydantic.Field(gt=0, lt=180)] | None
    """Angle that the whole width of an image spans; None where it is not known: no angles then."""
    sigma_cells: pydantic.PositiveFloat = 3.2
    """Width of the Gaussian that a gaze point is made, in cells of the 64 x 64 map. That of GLC's
    labels (OpenCV's Gaussian of 19 taps)."""
    label_radius_cells: Annotated[float, pydantic.Field(ge=1)] = 7.5
    """Cells as near as this to the gaze count as looked at, for F1, precision and recall. GLC's
    labels reach as far: there its Gaussian falls to 0.001."""
    glc_batch_clips: pydantic.PositiveInt = 12
    """Test clips in a batch of `glc_compat` (GLC, configs/Egtea/MVIT_B_16x4_CONV.yaml)."""
    seed: pydantic.NonNegativeInt = 0
    """Draws the partners of the inter-window baseline, and the bootstrap."""
