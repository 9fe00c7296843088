"""The section of the stage report."""

from typing import Literal

import pydantic

from pipeline.params import Section


class ReportConfig(Section):
    """What the report shows, and what it says of where the numbers come from."""

    root: str
    """Folder that the videos' paths in sessions.csv start from; a few are asked for their rate."""
    dataset: str
    """Name of the data set."""
    recipe: str
    """Name of the recipe."""
    attention: str
    """Attention method; ``none`` is the baseline."""
    split: str
    """Split protocol of the data set, such as ``official_split1``."""
    split_seed: int | None
    """Seed of a protocol that draws its parts; None of others."""
    validation: str
    """What the validation part was carved from train by; ``none``: there is none."""
    gaze: str
    """Gaze that supervised training: real, shuffled, centre, shifted or none."""
    seed: int
    """Seed of training."""
    missing_classes: Literal["leave_out", "zero"] = "leave_out"
    """What a class without a test clip does to macro accuracy: it is left out of the mean, or
    counts as zero (IGA's and LaViLa's code)."""
    interval_seed: pydantic.NonNegativeInt = 0
    """Seed of the resampling that 95 % intervals come from."""
    overlay_clips: pydantic.NonNegativeInt = 8
    """Test clips whose attention is drawn over their frames."""
    overlay_seed: int = 0
    """Seed of the choice of those clips."""
    sample_seed: pydantic.NonNegativeInt = 0
    """Seed of the frames and the flow that the fingerprint and the flow's quality are taken of."""
    embedding_seed: pydantic.NonNegativeInt = 0
    """Seed of t-SNE."""
