"""The options of IGA."""

from collections.abc import Sequence
from typing import Literal

from pydantic import PositiveInt

from pipeline.models.attention_params.section import AttentionParams
from pipeline.models.backbone_facts import BackboneFacts
from pipeline.models.sites import Modules, Sites


class IgaParams(AttentionParams):
    """IGA: gaze as a latent variable gates the features (Min and Corso, WACV 2021)."""

    fits_any_size = False

    name: Literal["iga"] = "iga"
    """Which method."""
    grid: tuple[PositiveInt, PositiveInt, PositiveInt] = (3, 7, 7)
    """Time steps, rows and columns at the place: of 24 frames of 224 x 224, after Mixed_5c."""

    def check(self, facts: BackboneFacts, after: Sequence[str]) -> None:
        """Refuse a network without inception blocks, of which the gaze head is made."""
        super().check(facts, after)
        if not after[0].startswith("Mixed"):
            raise ValueError(
                "iga's gaze head copies inception blocks; choose the backbone i3d, or inception2d "
                "with its own grid"
            )
        if len(after) > 1:
            raise ValueError(f"iga goes to one place; found {', '.join(after)}")

    def build(self, sites: Sites) -> Modules:
        """Return the module."""
        from pipeline.models.attention.gaze_head import branch_to
        from pipeline.models.attention.iga import Iga

        (place,) = sites.places
        tap, blocks = branch_to(place, sites.all)
        module = Iga(
            tap=tap.name,
            tap_channels=tap.channels,
            blocks=blocks,
            grid=self.grid,
            compat=sites.compat,
        )
        return {place.name: module}
