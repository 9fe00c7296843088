import csv
import re
from pathlib import Path

from imports import REPOSITORY
from ruamel.yaml import YAML

from pipeline.evaluation.metrics import top_actions
from pipeline.evaluation.scores import read_scores
from pipeline.reporting.plots import write_curves

PLOTS = YAML(typ="safe").load(REPOSITORY / "dvc.yaml")["plots"]


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_plot_of_the_graph_has_its_file_and_its_columns(made):
    folder = made.folders.reports / "plots"
    for plot in PLOTS:
        for name, parts in plot.items():
            for path, column in parts["y"].items():
                assert Path(path).parent == Path("reports/plots"), name
                with (folder / Path(path).name).open() as file:
                    assert {parts["x"], column} <= set(next(csv.reader(file)))


def test_every_plot_file_is_drawn(made):
    drawn = {Path(path).name for plot in PLOTS for parts in plot.values() for path in parts["y"]}
    written = {path.name for path in (made.folders.reports / "plots").iterdir()}
    assert written == drawn


def test_the_confusion_file_has_a_row_for_each_test_clip(made):
    scores = read_scores(made.folders.data / "scores" / "fused.h5").of("test")
    found = rows(made.folders.reports / "plots" / "confusion.csv")
    is_right = [row["actual"] == row["named"] for row in found]
    assert is_right == (top_actions(scores.logits) == scores.labels).tolist()


def test_an_epoch_that_was_not_validated_has_no_row(made):
    plots = made.folders.reports / "plots"
    assert [row["epoch"] for row in rows(plots / "rgb_training.csv")] == ["1.0", "2.0"]
    assert rows(plots / "rgb_validation.csv") == [
        {"epoch": "2.0", "loss": "1.5", "accuracy": "0.4"}
    ]


def test_nothing_trained_leaves_files_with_their_headers_alone(tmp_path):
    write_curves(tmp_path, [])
    texts = {path.read_text() for path in tmp_path.iterdir()}
    assert texts == {"epoch,loss,accuracy\n"}
    assert all(
        re.fullmatch(r"(first_)?\w+_(training|validation).csv", p.name) for p in tmp_path.iterdir()
    )
