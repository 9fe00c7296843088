"""What must hold between the parts of a study's file, beyond the shape of each."""

from collections import Counter

from pipeline.studies.errors import StudyError
from pipeline.studies.params import MEAN, Study, slug

NOT_A_STUDYS = ("recipe", "seed")
"""Keys of params.yaml that no override may change: the user's, and the list of seeds'."""


def check_study(study: Study) -> None:
    """Check that names are known and differ, and that overrides leave alone what is not theirs.

    Raises:
        StudyError: the first fault.
    """
    _check_splits(study)
    _check_overrides(study)
    _check_names_differ(study)
    _check_names_are_known(study)


def _check_splits(study: Study) -> None:
    if MEAN in study.splits or not study.splits:
        raise StudyError(f"splits: found {[*study.splits]}, expected names other than '{MEAN}'")
    for row in study.rows:
        for printed in row.printed:
            known = [*study.splits, *([MEAN] if study.mean else [])]
            if unknown := sorted(set(printed.values) - {*known}):
                raise StudyError(
                    f"row '{row.name}': printed for {unknown}, expected {' or '.join(known)}"
                )


def _check_overrides(study: Study) -> None:
    lists = [study.overrides, *study.by_recipe.values(), *study.splits.values()]
    for row in study.rows:
        lists += [row.overrides, *row.by_recipe.values()]
    for override in (word for words in lists for word in words):
        if override.partition("=")[0].lstrip("+~") in NOT_A_STUDYS:
            raise StudyError(
                f"{override}: the recipe is params.yaml's, and the seeds stand under seeds"
            )


def _check_names_differ(study: Study) -> None:
    for what, names in {
        "rows": [row.slug for row in study.rows],
        "splits": [slug(split) for split in study.splits],
        "figures": [figure.file for figure in study.figures],
    }.items():
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            raise StudyError(f"{what}: found '{twice[0]}' twice")


def _check_names_are_known(study: Study) -> None:
    known = [row.name for row in study.runnable]
    asked = {"baseline": [study.baseline]}
    asked |= {f"against of '{row.name}'": row.against or [] for row in study.rows}
    asked |= {f"figure '{figure.file}'": figure.rows for figure in study.figures}
    for where, names in asked.items():
        if unknown := [name for name in names if name not in known]:
            expected = ", ".join(known)
            raise StudyError(
                f"{where}: found '{unknown[0]}', expected a row that is run: {expected}"
            )
