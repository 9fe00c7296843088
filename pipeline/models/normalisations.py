"""The names of the normalisations; free of torch."""

from typing import Literal

NormalisationName = Literal["minus_one_one", "imagenet", "tsn_flow", "grey_flow"]
"""The keys of `pipeline.models.normalise.NORMALISATIONS`."""
