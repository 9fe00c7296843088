"""EGTEA Gaze+'s split lists: ``<clip> <action> <verb> <noun> [<noun> …]`` a line, ids from 1."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.annotations.egtea_name import ClipNameError, parse_name
from pipeline.annotations.listing import ListedClip
from pipeline.annotations.text import read_lines
from pipeline.quarantine import Quarantined

VIDEO_DIR = "cropped_clips"


def read_split_list(
    path: Path, part: str, num_classes: Mapping[str, int]
) -> tuple[list[ListedClip], list[Quarantined]]:
    """Read one list; a line that names no clip or no known class is left out with its reason.

    Args:
        path: such as ``train_split1.txt``.
        part: what its clips are for.
        num_classes: number of classes by kind (action, verb, noun).

    Raises:
        AnnotationError: the list is absent or empty.
    """
    clips, quarantined = [], []
    for number, line in read_lines(path):
        row = _read_row(line, part, f"{path.name}, line {number}", num_classes)
        if isinstance(row, ListedClip):
            clips.append(row)
        else:
            quarantined.append(row)
    return clips, quarantined


def read_labels(path: Path) -> dict[str, list[str]]:
    """Return the label fields of each clip of a list, as they stand; {} if there is no list."""
    if not path.is_file():
        return {}
    rows = [line.split() for _, line in read_lines(path)]
    return {name: labels for name, *labels in rows}


def _read_row(
    line: str, part: str, place: str, num_classes: Mapping[str, int]
) -> ListedClip | Quarantined:
    name, *ids = line.split()
    try:
        parsed = parse_name(name)
    except ClipNameError as error:
        return _faulty("", name, "bad_name", f"{error} ({place})")
    if len(ids) < 3 or not all(source_id.isdecimal() for source_id in ids):
        detail = f"found '{line}', expected '<clip> <action> <verb> <noun> …' ({place})"
        return _faulty(parsed.session, name, "malformed_row", detail)
    unknown = _unknown_class(ids, num_classes)
    if unknown:
        return _faulty(parsed.session, name, "unknown_class", f"{unknown} ({place})")
    action, verb, *nouns = (int(source_id) - 1 for source_id in ids)
    return ListedClip(
        clip=name,
        session=parsed.session,
        subject=parsed.subject,
        video=f"{VIDEO_DIR}/{parsed.session}/{name}.mp4",
        in_video=None,
        in_session=parsed.frames,
        action=action,
        verb=verb,
        nouns=tuple(nouns),
        part=part,
        place=place,
    )


def _unknown_class(ids: list[str], num_classes: Mapping[str, int]) -> str:
    kinds = ["action", "verb"] + ["noun"] * (len(ids) - 2)
    for kind, source_id in zip(kinds, ids, strict=True):
        if not 1 <= int(source_id) <= num_classes[kind]:
            return f"{kind} id {source_id}, but {kind}_idx.txt has 1 to {num_classes[kind]}"
    return ""


def _faulty(session: str, name: str, reason: str, detail: str) -> Quarantined:
    return Quarantined("index", session, name, "", reason, detail)
