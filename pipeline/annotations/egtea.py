"""Reader of EGTEA Gaze+'s official annotation lists; the kitchen set is written in them too.

Below the root lie ``action_annotation/{action,verb,noun}_idx.txt``,
``action_annotation/{train,test}_split{1,2,3}.txt``, ``cropped_clips/<session>/<clip>.mp4``,
``gaze_data/<session>.txt`` and, for a protocol that widens clips, ``videos/<session>.mp4``.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline.annotations.egtea_classes import read_egtea_classes
from pipeline.annotations.egtea_lists import list_paths, read_splits
from pipeline.annotations.egtea_rows import read_labels
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.listing import ListedClip, Listing, leave_out
from pipeline.quarantine import Quarantined
from pipeline.tables.classes import KINDS, LabelClass, of_kind

ANNOTATION_DIR, GAZE_DIR = "action_annotation", "gaze_data"
GAZE_ENDINGS = (".txt", "-GazeData.txt")
SPLITS = (1, 2, 3)


def read_egtea(root: Path, splits: Sequence[int]) -> Listing:
    """Read the lists of official splits; no video is touched.

    Args:
        root: the data set's folder.
        splits: their numbers; a clip of several has its part from the first that lists it.

    Raises:
        AnnotationError: a list is absent, empty, or faulty as a whole.
    """
    annotation_dir = root / ANNOTATION_DIR
    if not annotation_dir.is_dir():
        raise AnnotationError(
            f"{annotation_dir}: no such folder; dataset.root must be the folder that holds "
            f"EGTEA Gaze+'s {ANNOTATION_DIR} and cropped_clips (docs/datasets.md)"
        )
    classes = read_egtea_classes(annotation_dir)
    num_classes = {kind: len(of_kind(classes, kind)) for kind in KINDS}
    listed, faulty = read_splits(annotation_dir, splits, num_classes)
    actions = of_kind(classes, "action")
    kept, disagreeing = _check_labels(listed, actions, _labels_in_all_lists(annotation_dir))
    return Listing(
        clips=tuple(kept),
        classes=tuple(classes),
        gaze=_find_gaze(root, sorted({clip.session for clip in kept})),
        quarantined=(*faulty, *disagreeing),
    )


def has_egtea_gaze(root: Path) -> bool:
    """Whether the folder of gaze recordings holds any text file."""
    return any((root / GAZE_DIR).glob("*.txt"))


def _labels_in_all_lists(annotation_dir: Path) -> dict[str, set[str]]:
    """Return each clip's label fields as the lists of all splits that are present give them."""
    labels: dict[str, set[str]] = {}
    for split in SPLITS:
        for path in list_paths(annotation_dir, split).values():
            for name, fields in read_labels(path).items():
                labels.setdefault(name, set()).add(" ".join(fields))
    return labels


def _check_labels(
    listed: Sequence[ListedClip],
    actions: Sequence[LabelClass],
    labels_in_all_lists: dict[str, set[str]],
) -> tuple[list[ListedClip], list[Quarantined]]:
    """Leave out clips whose labels contradict their action's name, or another split's list.

    Nouns that differ in part are kept as listed: one official clip pours seasoning into a bowl
    under the action ``Pour seasoning,seasoning_container,salad``.
    """
    kept, quarantined = [], []
    for clip in listed:
        action = actions[clip.action]
        labels = labels_in_all_lists[clip.clip]
        if clip.verb != action.verb or not set(clip.nouns) & set(action.nouns):
            detail = f"verb or nouns are not those of action {action.source_id}, '{action.name}'"
            quarantined.append(leave_out(clip, "labels_disagree", detail))
        elif len(labels) > 1:
            detail = f"the splits' lists give it {' and '.join(sorted(labels))}"
            quarantined.append(leave_out(clip, "labels_disagree", detail))
        else:
            kept.append(clip)
    return kept, quarantined


def _find_gaze(root: Path, sessions: Sequence[str]) -> dict[str, str]:
    """Return the gaze file of each session that has one; copies in use name it in two ways."""
    gaze = {}
    for session in sessions:
        candidates = [f"{GAZE_DIR}/{session}{ending}" for ending in GAZE_ENDINGS]
        found = [path for path in candidates if (root / path).is_file()]
        if found:
            gaze[session] = found[0]
    return gaze
