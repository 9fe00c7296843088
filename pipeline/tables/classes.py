"""The classes of a data set: actions, and the verbs and nouns they are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.tables.rows import read_rows, write_rows

KINDS = ("action", "verb", "noun")
COLUMNS = ("kind", "id", "source_id", "name", "verb", "nouns")


@dataclass(frozen=True)
class LabelClass:
    """One row of ``classes.csv``.

    Args:
        kind: action, verb or noun.
        id: the number used inside, from 0.
        source_id: the data set's own number or word for it.
        name: as the data set writes it, such as ``Put trash,trash_container``.
        verb: id of an action's verb; None for verbs, nouns, and sets without verbs.
        nouns: ids of an action's nouns in the order of its name.
    """

    kind: str
    id: int
    source_id: str
    name: str
    verb: int | None
    nouns: tuple[int, ...]


def of_kind(classes: Iterable[LabelClass], kind: str) -> list[LabelClass]:
    """Return the classes of one kind by id."""
    return sorted((row for row in classes if row.kind == kind), key=lambda row: row.id)


def write_classes(path: Path, classes: Sequence[LabelClass]) -> None:
    """Write ``classes.csv``: actions, verbs, nouns, each by id."""
    rows = [
        (
            *(row.kind, row.id, row.source_id, row.name),
            *("" if row.verb is None else row.verb, "|".join(map(str, row.nouns))),
        )
        for kind in KINDS
        for row in of_kind(classes, kind)
    ]
    write_rows(path, COLUMNS, rows)


def read_classes(path: Path) -> list[LabelClass]:
    """Read ``classes.csv``."""
    return [
        LabelClass(
            kind=row["kind"],
            id=int(row["id"]),
            source_id=row["source_id"],
            name=row["name"],
            verb=int(row["verb"]) if row["verb"] else None,
            nouns=tuple(int(noun) for noun in row["nouns"].split("|") if noun),
        )
        for row in read_rows(path, COLUMNS)
    ]
