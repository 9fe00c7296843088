"""What the study's own figures are drawn from: one finished experiment of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.experiments.read import Experiment, Repository
from pipeline.studies.errors import StudyError
from pipeline.studies.outputs import lay_out


@dataclass(frozen=True)
class Results:
    """One experiment of each row that has any: its first split and seed.

    Args:
        repository: where the experiments are.
        experiments: by the row's name.
        folder: where outputs may be linked; it is the caller's to clear away.
    """

    repository: Repository
    experiments: Mapping[str, Experiment]
    folder: Path

    def of(self, row: str) -> Experiment:
        """Return a row's experiment.

        Raises:
            StudyError: the row has none.
        """
        if row not in self.experiments:
            raise StudyError(f"row '{row}' has no finished experiment")
        return self.experiments[row]

    def outputs(self, row: str, paths: Sequence[str]) -> Path:
        """Return a folder in which some of a row's outputs lie at their own paths.

        Raises:
            StudyError: the row has no experiment.
            ExperimentError: the outputs are not in DVC's cache.
        """
        name = self.of(row).name
        return lay_out(self.repository, name, paths, self.folder / name)
