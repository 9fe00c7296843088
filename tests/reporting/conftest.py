import pytest
from reporting.made_run import CONFIG, make_run

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
