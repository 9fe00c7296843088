"""EGTEA Gaze+'s class lists: ``<label> <id>`` a line, ids from 1, labels with spaces and commas."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.text import read_lines
from pipeline.tables.classes import LabelClass


def read_egtea_classes(annotation_dir: Path) -> list[LabelClass]:
    """Read the three lists; an action's verb and nouns are taken from its name.

    Raises:
        AnnotationError: a list is absent, its ids are not 1..n, or an action's name is not a
            verb of the verb list with nouns of the noun list.
    """
    verbs = _read_labels(annotation_dir / "verb_idx.txt")
    nouns = _read_labels(annotation_dir / "noun_idx.txt")
    actions_path = annotation_dir / "action_idx.txt"
    classes = [_action(actions_path, name, verbs, nouns) for name in _read_labels(actions_path)]
    actions = [
        LabelClass("action", number, str(number + 1), name, verb, noun_ids)
        for number, (name, verb, noun_ids) in enumerate(classes)
    ]
    return [*actions, *_plain("verb", verbs), *_plain("noun", nouns)]


def _plain(kind: str, names: Sequence[str]) -> list[LabelClass]:
    return [
        LabelClass(kind, number, str(number + 1), name, None, ())
        for number, name in enumerate(names)
    ]


def _read_labels(path: Path) -> list[str]:
    """Return the labels in the order of their ids, which must be 1..n."""
    labels: dict[int, str] = {}
    for number, line in read_lines(path):
        label, _, source_id = line.rpartition(" ")
        if not label.strip() or not source_id.isdecimal() or int(source_id) in labels:
            raise AnnotationError(
                f"{path}, line {number}: found '{line}', expected '<label> <id>' with an id "
                f"that no other line has; put the official list back"
            )
        labels[int(source_id)] = label.strip()
    if sorted(labels) != list(range(1, len(labels) + 1)):
        raise AnnotationError(
            f"{path}: found {len(labels)} ids from {min(labels)} to {max(labels)}, expected "
            f"1 to {len(labels)} without gaps; put the official list back"
        )
    return [labels[source_id] for source_id in sorted(labels)]


def _action(
    path: Path, name: str, verbs: Sequence[str], nouns: Sequence[str]
) -> tuple[str, int, tuple[int, ...]]:
    """Read ``Put trash,trash_container`` as a verb and its nouns."""
    for verb in verbs:
        words = name.removeprefix(f"{verb} ").split(",")
        if name.startswith(f"{verb} ") and all(word in nouns for word in words):
            return name, verbs.index(verb), tuple(nouns.index(word) for word in words)
    raise AnnotationError(
        f"{path}: '{name}' is not '<verb> <noun>[,<noun> …]' with a verb of verb_idx.txt and "
        f"nouns of noun_idx.txt; put the official lists back"
    )
