"""What ``-S`` of ``dvc exp run`` makes of params.yaml and the recipes, in a copy of them."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.studies.errors import StudyError

PARAMS, RECIPES = "params.yaml", "recipes"


@contextmanager
def overridden(root: Path, overrides: Sequence[str]) -> Iterator[Path]:
    """Give a folder with the repository's params.yaml and recipes, overrides applied to them.

    DVC's own code applies them, so that what is checked is what will run.

    Raises:
        StudyError: a file or key does not exist, or an override cannot be read.
    """
    with TemporaryDirectory(prefix="fixate-study-") as folder:
        copy = Path(folder)
        shutil.copy(root / PARAMS, copy / PARAMS)
        shutil.copytree(root / RECIPES, copy / RECIPES)
        _apply(copy, overrides)
        yield copy


def _apply(folder: Path, overrides: Sequence[str]) -> None:
    from dvc.exceptions import DvcException
    from dvc.utils.cli_parse import to_path_overrides
    from dvc.utils.hydra import apply_overrides

    for name, of_file in to_path_overrides(overrides).items():
        path = folder / name
        if not path.is_file():
            raise StudyError(f"-S {name}:{of_file[0]}: there is no file {name}")
        try:
            apply_overrides(path, list(of_file))
        except DvcException as error:
            told = str(error.__cause__ or error).replace("\n", "; ")
            raise StudyError(f"-S {' -S '.join(of_file)} ({name}): {told}") from error
