"""The studies themselves: each is valid, and holds the figures of its table."""

import re
import shutil
from pathlib import Path

import pytest
from configuration.open_index import put_weights
from imports import REPOSITORY

from pipeline.configuration.load import load_configuration
from pipeline.models.build import build_recognizer
from pipeline.models.two_stream.build import build_two_stream
from pipeline.studies.overrides import overridden
from pipeline.studies.plan import plan_study
from pipeline.studies.read import read_study, study_names
from pipeline.training.optimizer import group_parameters
from pipeline.training.params import model_of
from pipeline.training.trainable import set_trainable

STUDIES = REPOSITORY / "studies"
NAMES = study_names(STUDIES)
THE_LEADS = ("stam_table2", "lsta_table1", "w3_table5")

CHANNELS, PARTS = {"rgb": 3, "flow": 2}, {"verb": 7, "noun": 4}

# Copied from the papers' text by columns and lines; "/" stands where the text has nothing.
PRINTED = {
    "stam_table1": """
        MCN 55.63 /  SAN-RGB 52.91 42.72  SAN 57.10 46.84  TSN 58.01 /  Ego-RNN 62.17 /
        Li / 53.30  EleAttG 57.01 /  LSTA-RGB 57.94 /  LSTA 61.86 /
        RGB 63.56 56.34  flow 60.09 50.99  two-stream 68.60 60.54""",
    "stam_table2": """
        62.51 63.65 57.86 60.09 67.56 68.60
        59.69 61.08 54.15 55.79 64.09 65.33
        58.39 59.03 53.19 55.02 63.09 63.98
        60.20 61.25 55.07 56.97 64.91 65.97
        54.89 56.34 46.96 50.99 59.26 60.54
        50.48 51.28 42.05 44.67 53.74 55.21
        50.02 50.81 42.08 45.07 53.36 55.32
        51.80 52.81 43.70 46.91 55.45 57.02""",
    "stam_table3": "62.66 59.30 67.70  55.30 49.70 59.73",
    "lsta_table1": "51.72 62.07 66.38 68.1 74.14 78.45 79.31",
    "lsta_table2": "59.48 63.79 74.14 77.59 79.31",
    "w3_table5": "52.6 50.3 50.1 49.8 47.2",
    "w3_table6": "47.2 49.1 / 52.6  65.0 66.5 115.0 67.1",
    "w3_table7": "47.2 49.1 50.5 50.2 52.6",
    "iga": """
        53.30  60.76  61.86  55.63  59.44 66.59  60.54 68.60  62.84 69.58""",
    "does_gaze_help": "",
}
STAM_2_COLUMNS = ("RGB-o", "RGB-a", "Flow-o", "Flow-a", "Fuse-o", "Fuse-a")
STAM_2_SPLITS = ("official_split1", "official_split2", "official_split3", "mean")


def numbers(text):
    return sorted(float(number) for number in re.findall(r"(?<![\w-])\d+\.\d+", text))


def printed_lines(name):
    study = read_study(STUDIES, name)
    return study, [printed for row in study.rows for printed in row.printed]


def test_the_issues_studies_are_there():
    assert set(NAMES) == set(PRINTED)


@pytest.mark.parametrize("name", NAMES)
def test_every_printed_figure_of_a_table_stands_in_its_study(name):
    study, lines = printed_lines(name)
    own = [line for line in lines if line.source is None]
    values = [value for line in own for value in line.values.values() if value is not None]
    assert sorted(values) == numbers(PRINTED[name])
    assert not lines or (study.source and study.source.table and study.source.setting)


def test_each_figure_of_stams_second_table_is_in_its_place():
    _, lines = printed_lines("stam_table2")
    found = {
        (line.metric, split, line.row): value
        for line in lines
        for split, value in line.values.items()
    }
    rows = [line.split() for line in PRINTED["stam_table2"].strip().splitlines()]
    for number, row in enumerate(rows):
        metric, split = ("micro", "macro")[number // 4], STAM_2_SPLITS[number % 4]
        for column, value in zip(STAM_2_COLUMNS, row, strict=True):
            assert found[metric, split, column] == float(value)


def test_stams_means_are_those_of_its_splits():
    _, lines = printed_lines("stam_table2")
    for line in lines:
        *splits, mean = line.values.values()
        assert sum(splits) / 3 == pytest.approx(mean, abs=0.011)


def test_gains_that_a_table_prints_follow_from_its_rows():
    _, lines = printed_lines("w3_table7")
    value = {line.row: line.values["one split"] for line in lines}
    assert value["+ CBAM w/ MFR"] - value["+ CBAM [56]"] == pytest.approx(1.4)
    assert value["+ W3"] - value["+ W3 w/o MFR"] == pytest.approx(2.4)


@pytest.fixture
def repository(tmp_path):
    """A repository's params.yaml and recipes, with empty files in the place of weights."""
    put_weights(tmp_path)
    shutil.copytree(REPOSITORY / "recipes", tmp_path / "recipes")
    return tmp_path


def resolve_rows(name: str, recipe: str, root: Path, **limits):
    text = (REPOSITORY / "params.yaml").read_text()
    (root / "params.yaml").write_text(text.replace("recipe: demo", f"recipe: {recipe}"))
    return plan_study(
        name,
        read_study(STUDIES, name),
        root,
        lambda folder: load_configuration(
            folder / "params.yaml", folder / "recipes", root, workers=2
        )[0],
        **limits,
    )


@pytest.mark.parametrize("recipe", ["demo", "paper"])
@pytest.mark.parametrize("name", THE_LEADS)
def test_every_row_goes_through_configure(name, recipe, repository):
    plan = resolve_rows(name, recipe, repository, num_splits=1, num_seeds=1)
    assert plan.skipped == ()
    assert len(plan.cells) == len(plan.study.rows)
    assert len({cell.name.rsplit("-", 1)[1] for cell in plan.cells}) == len(plan.cells)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["demo", "paper"])
@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_every_study_goes_through_configure_on_every_split(name, recipe, repository):
    plan = resolve_rows(name, recipe, repository)
    absent = [row for row in plan.study.rows if row.absent]
    assert len(plan.skipped) == len(absent)
    expected = len(plan.study.runnable) * len(plan.study.splits) * len(plan.study.seeds)
    assert len({cell.name for cell in plan.cells}) == expected


def test_the_ablation_of_lsta_turns_its_switches(repository):
    """LSTA without pooling of any kind is a ConvLSTM."""
    plan = resolve_rows("lsta_table1", "paper", repository, num_seeds=1)
    switches = {}
    for cell in plan.cells:
        with overridden(repository, cell.overrides) as folder:
            sections = load_configuration(
                folder / "params.yaml", folder / "recipes", repository, workers=2
            )[0]
        own = sections["train_rgb"].model.attention
        joint = sections["joint"].plan is not None
        switches[cell.row] = (own.attention_pooling, own.output_pooling, own.coupling, joint)
    assert switches == {
        "ConvLSTM": (False, False, False, False),
        "+ output pooling": (False, True, False, False),
        "+ attention pooling": (True, False, False, False),
        "+ both poolings": (True, True, False, False),
        "LSTA": (True, True, True, False),
        "LSTA cross-modal": (True, True, True, True),
    }


def networks_of(sections):
    """Build the network of each phase that is trained, beside the phase."""
    for name in ("pretrain_rgb", "train_rgb", "pretrain_flow", "train_flow"):
        config = sections[name]
        if config.phase is not None:
            model = model_of(config, config.phase)
            yield config.phase, build_recognizer(model, CHANNELS[config.stream], 10, 0, PARTS)
    if (plan := sections["joint"].plan) is not None:
        yield plan.phase, build_two_stream(plan.model, 10, 0, PARTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", THE_LEADS)
def test_every_rows_networks_have_what_the_optimiser_groups(name, repository):
    plan = resolve_rows(name, "demo", repository, num_splits=1, num_seeds=1)
    for cell in plan.cells:
        with overridden(repository, cell.overrides) as folder:
            sections = load_configuration(
                folder / "params.yaml", folder / "recipes", repository, workers=2
            )[0]
        phases = list(networks_of(sections))
        assert phases, cell.row
        for phase, network in phases:
            set_trainable(network, phase.trainable, phase.batch_norm)
            groups = group_parameters(phase.optimizer, network)
            grouped = sum(len(group["params"]) for group in groups)
            learning = sum(each.requires_grad for each in network.parameters())
            assert grouped == learning, cell.row


def test_w3_is_trained_with_sixteen_frames_where_the_paper_has_them(repository):
    plan = resolve_rows("w3_table5", "paper", repository, num_seeds=1)
    for cell in plan.cells:
        with overridden(repository, cell.overrides) as folder:
            sections = load_configuration(
                folder / "params.yaml", folder / "recipes", repository, workers=2
            )[0]
        phase, attention = sections["train_rgb"].phase, sections["train_rgb"].model.attention
        assert phase.sampler.frames == sections["score"].rgb.protocol.clips.frames == 16
        assert (phase.teacher is None) == (cell.row == "without MFR")
        assert attention.refinement == (cell.row != "without AFR")
        assert attention.spatial == (cell.row != "without SA")
        assert attention.temporal == (cell.row != "without TA")
