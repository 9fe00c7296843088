from dataclasses import replace

import numpy as np
import pytest
from reporting.made_run import CONFIG, make_run

from pipeline.evaluation.classes import Classes
from pipeline.reporting.content import gather_content
from pipeline.reporting.page import render_page
from pipeline.reporting.report import write_figures, write_page, write_plots


@pytest.fixture
def run(tmp_path):
    """A small run's files, to be changed by a test."""
    return make_run(tmp_path)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A small run after the whole report was made, once; read only."""
    run = make_run(tmp_path_factory.mktemp("made"))
    results = run.measure(versions={"python": "3.11"})
    write_figures(run.folders, results)
    write_plots(run.folders, results)
    write_page(CONFIG, run.folders, results, run.around())
    return run


@pytest.fixture(scope="session")
def many_classes(made, tmp_path_factory):
    """The page of the same run with a matrix of 40 classes, too large for a phone."""
    results = made.measure()
    content = gather_content(CONFIG, made.folders, results, made.around())
    none = np.full(40, -1)
    classes = Classes(tuple(f"class {number}" for number in range(40)), none, none)
    large = replace(results, classes=classes, confusion=np.eye(40, dtype=np.int64))
    path = tmp_path_factory.mktemp("many") / "index.html"
    path.write_text(render_page(CONFIG, large, content), encoding="utf-8")
    return path
