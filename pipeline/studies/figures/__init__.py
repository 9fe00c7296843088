"""The figures that a study may name, by name; each says in its file what it is of."""

from pipeline.studies.figures.confusion import Confusion
from pipeline.studies.figures.figure import FigureParams
from pipeline.studies.figures.grey_maps import GreyMaps
from pipeline.studies.figures.map_rows import MapRows
from pipeline.studies.figures.projection import Projection

FIGURES: dict[str, type[FigureParams]] = {
    "confusion": Confusion,
    "projection": Projection,
    "grey_maps": GreyMaps,
    "map_rows": MapRows,
}

__all__ = ["FIGURES", "FigureParams"]
