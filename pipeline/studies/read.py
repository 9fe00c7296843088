"""Reading ``studies/<name>.yaml``."""

from pathlib import Path

from pipeline.params import ParamsError, read_yaml, validate
from pipeline.studies.check import check_study
from pipeline.studies.errors import StudyError
from pipeline.studies.params import Study


def study_names(studies_dir: Path) -> list[str]:
    """Return the names of the studies that there are."""
    return sorted(path.stem for path in studies_dir.glob("*.yaml"))


def read_study(studies_dir: Path, name: str) -> Study:
    """Read and check a study's file.

    Raises:
        StudyError: there is no such study, or its file has a fault; a line for each.
    """
    path = studies_dir / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(study_names(studies_dir))
        raise StudyError(f"{path}: no such study; there are: {known}")
    try:
        study = validate(Study, read_yaml(path), str(path))
    except ParamsError as error:
        raise StudyError(str(error)) from error
    try:
        check_study(study)
    except StudyError as error:
        raise StudyError(f"{path}: {error}") from error
    return study
