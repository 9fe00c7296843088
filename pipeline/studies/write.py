"""A study's files: text for people, numbers for programs, and its figures."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.atomic import atomic_write, write_text
from pipeline.evaluation.explain import ExplainError
from pipeline.experiments.names import ExperimentError
from pipeline.experiments.read import Experiment, Repository
from pipeline.frames.store_format import StoreError
from pipeline.reporting.theme import LIGHT
from pipeline.studies.errors import StudyError
from pipeline.studies.figure import draw_study
from pipeline.studies.figures import FigureParams
from pipeline.studies.measure import measure
from pipeline.studies.plan import Plan
from pipeline.studies.record import as_record
from pipeline.studies.results import Results
from pipeline.studies.table import describe_study

FAULTS = (StudyError, ExperimentError, ExplainError, StoreError, KeyError)
"""Why a figure may not be drawn, while the rest of the study is; a key is absent from a file that
older code wrote."""


def write_study(
    plan: Plan,
    experiments: Mapping[str, Experiment],
    repository: Repository,
    out_dir: Path,
    tell: Callable[[str], None],
) -> tuple[str, list[Path]]:
    """Write ``table.md``, ``table.json``, ``figure.png`` and the study's own figures.

    Args:
        plan: the study's experiments.
        experiments: the finished ones by name.
        repository: where their outputs are.
        out_dir: ``reports/studies/<name>``.
        tell: prints a line for each figure that cannot be drawn, and why.

    Returns:
        the text, and the files.

    Raises:
        ComparisonError: rows of one split were not tested on the same clips.
    """
    measured = measure(plan, experiments)
    text = describe_study(plan, measured)
    record = as_record(plan, measured, experiments)
    paths = [out_dir / name for name in ("table.md", "table.json", "figure.png")]
    write_text(paths[0], text)
    write_text(paths[1], json.dumps(record, indent=1, allow_nan=False) + "\n")
    _write_bytes(paths[2], draw_study(plan, measured, LIGHT))
    with TemporaryDirectory(prefix="fixate-study-") as folder:
        results = Results(repository, one_of_each_row(plan, experiments), Path(folder))
        paths += _write_figures(plan.study.figures, results, out_dir, tell)
    return text, paths


def one_of_each_row(plan: Plan, experiments: Mapping[str, Experiment]) -> dict[str, Experiment]:
    """Return each row's experiment of the first split and seed that it has."""
    found: dict[str, Experiment] = {}
    for cell in sorted(plan.cells, key=lambda cell: plan.splits.index(cell.split)):
        if cell.name in experiments:
            found.setdefault(cell.row, experiments[cell.name])
    return found


def _write_figures(
    figures: Sequence[FigureParams],
    results: Results,
    out_dir: Path,
    tell: Callable[[str], None],
) -> list[Path]:
    written = []
    for figure in figures:
        path = out_dir / f"{figure.file}.png"
        try:
            _write_bytes(path, figure.draw(results))
        except FAULTS as fault:
            path.unlink(missing_ok=True)  # not that of an earlier state beside the new table
            tell(f"figure {figure.file} is not drawn: {fault}")
        else:
            written.append(path)
    return written


def _write_bytes(path: Path, content: bytes) -> None:
    with atomic_write(path) as part:
        part.write_bytes(content)
