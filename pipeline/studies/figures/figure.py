"""What every figure of a study has: its options draw it."""

from abc import abstractmethod

from pipeline.params import Section
from pipeline.studies.results import Results


class FigureParams(Section):
    """The options of a figure."""

    name: str
    """Which figure."""
    file: str
    """Name of its PNG file, without the ending."""

    @property
    @abstractmethod
    def rows(self) -> list[str]:
        """The rows of the study that it shows."""

    @abstractmethod
    def draw(self, results: Results) -> bytes:
        """Return the figure as PNG.

        Raises:
            StudyError: a row has no finished experiment, or lacks what is drawn.
            ExperimentError: its outputs are not here.
        """
