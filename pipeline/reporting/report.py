"""Everything that the stage report writes beside its numbers: figures, plots and the page."""

from pathlib import Path

from pipeline.atomic import atomic_write, write_text
from pipeline.evaluation.metrics import top_actions
from pipeline.reporting.console import result_lines
from pipeline.reporting.content import Run, Surroundings, gather_content
from pipeline.reporting.curves import read_curves
from pipeline.reporting.figures import draw_confusion, draw_curves
from pipeline.reporting.measuring import MAP_STREAMS, Folders, Results
from pipeline.reporting.page import render_page
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.plots import write_confusion, write_curves
from pipeline.reporting.theme import LIGHT


def describe(results: Results, page: Path, run: Run) -> str:
    """Return what the stage prints: the accuracies, and where to look."""
    table = result_lines(
        results.accuracies,
        chance=results.chance,
        num_clips=len(results.test.clips),
        num_classes=len(results.classes.names),
    )
    return f"\n{table}\n\nReport  {page}\nRuns    {run.all_runs_link}  (after `make ui`)\n"


def write_figures(folders: Folders, results: Results) -> list[Path]:
    """Write ``figures/confusion.png`` and, where anything was trained, ``figures/curves.png``."""
    figures_dir = folders.reports / "figures"
    figures = {"confusion.png": draw_confusion(results.confusion, results.classes.names, LIGHT)}
    if curves := read_curves(folders.models, MAP_STREAMS):
        figures["curves.png"] = draw_curves(curves, LIGHT)
    for name, content in figures.items():
        with atomic_write(figures_dir / name) as part:
            part.write_bytes(content)
    return [figures_dir / name for name in figures]


def write_plots(folders: Folders, results: Results) -> Path:
    """Write the folder ``plots`` that ``dvc plots show`` reads."""
    plots_dir = folders.reports / "plots"
    named = top_actions(results.test.logits)
    names = results.classes.names
    write_confusion(plots_dir / "confusion.csv", results.test.labels, named, names)
    write_curves(plots_dir, read_curves(folders.models, MAP_STREAMS))
    return plots_dir


def write_page(
    config: ReportConfig, folders: Folders, results: Results, around: Surroundings
) -> Path:
    """Write ``reports/index.html``."""
    content = gather_content(config, folders, results, around)
    path = folders.reports / "index.html"
    write_text(path, render_page(config, results, content))
    return path
