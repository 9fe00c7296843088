"""From a study to the experiments that it needs: every row, split and seed, checked beforehand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.configuration.auto import lookup
from pipeline.memo import content_key
from pipeline.params import ParamsError, Section, read_yaml
from pipeline.studies.data_digest import digest_data
from pipeline.studies.errors import StudyError
from pipeline.studies.overrides import overridden
from pipeline.studies.params import MEAN, Row, Study, slug
from pipeline.studies.setting import Setting, overrides_of, read_setting
from pipeline.studies.suits import KITCHEN, why_not

UNSCORED = {"report", "explain", "gaze_metrics"}
"""Sections that change no score; an experiment keeps its name when they change."""

DIGEST_LETTERS = 8

Resolve = Callable[[Path], Mapping[str, Section]]
"""From a folder with params.yaml and recipes to each stage's section."""


@dataclass(frozen=True)
class Cell:
    """One experiment.

    Args:
        name: of the experiment in DVC.
        row: name of the row.
        split: name of the split.
        seed: of training.
        overrides: all that ``dvc exp run`` is given after ``-S``.
    """

    name: str
    row: str
    split: str
    seed: int
    overrides: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.row}, {self.split}, seed {self.seed}"


@dataclass(frozen=True)
class Skipped:
    """A row that is not run: on some split, or at all where ``split`` is None."""

    row: str
    split: str | None
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a study needs.

    Args:
        name: of the study.
        study: what its file says.
        setting: recipe and data set.
        splits: names of those that are run, as many as the command asks for.
        seeds: likewise.
        cells: the experiments, seed by seed and split by split: a whole table comes early.
        skipped: rows that are not run.
    """

    name: str
    study: Study
    setting: Setting
    splits: tuple[str, ...]
    seeds: tuple[int, ...]
    cells: tuple[Cell, ...]
    skipped: tuple[Skipped, ...]

    @property
    def averaged(self) -> str | None:
        """The name of the mean over the splits that are run; None where none is taken."""
        return MEAN if self.study.mean and len(self.splits) > 1 else None


def plan_study(
    name: str,
    study: Study,
    root: Path,
    resolve: Resolve,
    *,
    num_splits: int | None = None,
    num_seeds: int | None = None,
) -> Plan:
    """Return the experiments of a study, once every row has gone through configure.

    Args:
        name: of the study.
        study: what its file says.
        root: the repository, whose params.yaml and recipes rows are laid over.
        resolve: what the stage configure does, but for writing.
        num_splits: how many splits, the first ones; all, if it is not said.
        num_seeds: how many seeds, likewise.

    Raises:
        StudyError: an override of a row is wrong; names file and row.
    """
    setting = read_setting(root)
    splits, seeds = tuple(study.splits)[:num_splits], tuple(study.seeds)[:num_seeds]
    cells: list[Cell] = []
    skipped = [Skipped(row.name, None, row.absent) for row in study.rows if row.absent]
    for split in splits:
        for row in study.runnable:
            try:
                found = _check(study, row, split, setting, resolve)
            except (StudyError, ParamsError) as error:
                where = f"studies/{name}.yaml: row '{row.name}', {split}"
                raise StudyError(f"{where}: {error}") from error
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                words = (slug(name), row.slug, slug(split))
                cells += [_cell(words, row, split, seed, found) for seed in seeds]
    ordered = sorted(cells, key=lambda cell: (seeds.index(cell.seed), splits.index(cell.split)))
    return Plan(name, study, setting, splits, seeds, tuple(ordered), tuple(skipped))


def digest_of(sections: Mapping[str, Section], data: str | None) -> str:
    """Return some letters that differ where the configuration of scores or the data set does.

    Args:
        sections: each stage's. What the data set's files are dated is left out: a copy of it
            gives the same scores.
        data: digest of the data set, None for the built-in one.
    """
    values = {
        stage: section.model_dump(mode="json")
        for stage, section in sections.items()
        if stage not in UNSCORED
    }
    values["index"].pop("source")
    return content_key(values if data is None else [values, data])[:DIGEST_LETTERS]


@dataclass(frozen=True)
class _Checked:
    """A row's overrides on a split, and the digest of what they make."""

    overrides: tuple[str, ...]
    digest: str


def _check(
    study: Study, row: Row, split: str, setting: Setting, resolve: Resolve
) -> _Checked | Skipped:
    """Resolve a row on a split, with one seed for all, so that its digest has none."""
    if row.by_recipe and setting.recipe not in row.by_recipe:
        known = " and ".join(row.by_recipe)
        return Skipped(row.name, split, f"is for the recipe {known}, not for '{setting.recipe}'")
    overrides = overrides_of(study, row, split, setting)
    with overridden(setting.root, (*overrides, "seed=0")) as folder:
        params = read_yaml(folder / "params.yaml")
        if reason := why_not(params, row.needs, setting.root):
            return Skipped(row.name, split, reason)
        try:
            return _Checked(overrides, digest_of(resolve(folder), _digest_data(params, setting)))
        except ParamsError as error:
            told = str(error).replace(f"{folder}/", "")
            raise StudyError(f"{told}\n  with -S {' -S '.join(overrides)}") from error


def _digest_data(params: Mapping[str, object], setting: Setting) -> str | None:
    """Return the digest of a data set that configure could read; None for the built-in one."""
    if lookup(params, "dataset.name") == KITCHEN:
        return None
    return digest_data(setting.root / str(lookup(params, "dataset.root")))


def _cell(words: tuple[str, ...], row: Row, split: str, seed: int, checked: _Checked) -> Cell:
    name = "-".join((*words, f"s{seed}", checked.digest))
    return Cell(name, row.name, split, seed, (*checked.overrides, f"seed={seed}"))
