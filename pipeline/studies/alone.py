"""One run of a study at a time: two would begin the same experiments."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.studies.errors import StudyError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which a killed holder lets go too.

    Raises:
        StudyError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StudyError(
                f"this study runs already ({folder / 'lock'} is held); wait for it, or look at "
                "what it has by --table"
            ) from None
        yield
