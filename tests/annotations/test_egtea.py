from collections import Counter

import pytest

from pipeline.annotations.egtea import SPLITS, has_egtea_gaze, read_egtea
from pipeline.annotations.errors import AnnotationError
from pipeline.tables.classes import of_kind

SPLIT = (1,)
TRAINED = "P01-R01-Soup-1000-2000-F000022-F000050"


def reasons(listing):
    return Counter(entry.reason for entry in listing.quarantined)


@pytest.mark.parametrize(
    ("split", "train", "test"), [(1, 8299, 2022), (2, 8299, 2022), (3, 8300, 2021)]
)
def test_the_official_lists_give_their_published_counts(shared_dir, split, train, test):
    listing = read_egtea(shared_dir / "egtea", (split,))
    assert Counter(clip.part for clip in listing.clips) == {"train": train, "test": test}
    assert not listing.quarantined


def test_the_official_lists_hold_10321_clips_of_86_sessions_and_all_classes(shared_dir):
    listings = [read_egtea(shared_dir / "egtea", (split,)) for split in SPLITS]
    clips = {clip.clip: clip for listing in listings for clip in listing.clips}
    assert len(clips) == 10321
    assert len({clip.session for clip in clips.values()}) == 86
    assert len({clip.subject for clip in clips.values()}) == 32
    kinds = Counter(row.kind for row in listings[0].classes)
    assert kinds == {"action": 106, "verb": 19, "noun": 53}


def test_ids_of_the_lists_count_from_one_and_ours_from_zero(egtea_root):
    listing = read_egtea(egtea_root, SPLIT)
    clip = next(clip for clip in listing.clips if clip.clip == TRAINED)
    assert (clip.action, clip.verb, clip.nouns) == (0, 0, (2, 0))
    assert of_kind(listing.classes, "action")[0].source_id == "1"


def test_an_actions_name_may_hold_spaces_slashes_and_commas(egtea_root):
    actions = of_kind(read_egtea(egtea_root, SPLIT).classes, "action")
    assert [(row.name, row.verb, row.nouns) for row in actions] == [
        ("Move Around pan,oil", 0, (2, 0)),
        ("Cut tomato/skin", 1, (1,)),
    ]


def test_a_clip_belongs_to_the_session_and_subject_of_its_name(egtea_root):
    clip = next(clip for clip in read_egtea(egtea_root, SPLIT).clips if clip.clip == TRAINED)
    assert (clip.session, clip.subject, clip.in_session) == ("P01-R01-Soup", "P01", (22, 50))
    assert clip.video == f"cropped_clips/P01-R01-Soup/{TRAINED}.mp4"


def test_gaze_files_are_found_by_both_of_their_names(egtea_root):
    assert read_egtea(egtea_root, SPLIT).gaze == {
        "P01-R01-Soup": "gaze_data/P01-R01-Soup.txt",
        "P02-R01-Soup": "gaze_data/P02-R01-Soup-GazeData.txt",
    }


def test_a_set_without_gaze_recordings_has_no_gaze(egtea_root):
    assert has_egtea_gaze(egtea_root)
    for path in (egtea_root / "gaze_data").iterdir():
        path.unlink()
    assert not has_egtea_gaze(egtea_root)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("P03-R01-Soup-1000-2000-F000022-F000050 3 1 1", "unknown_class"),
        ("P03-R01-Soup-1000-2000-F000022-F000050 1 1 0", "unknown_class"),
        ("P03-R01-Soup-1000-2000-F000022-F000050 1 x 1", "malformed_row"),
        ("P03-R01-Soup-1000-2000-F000022-F000050 1 1", "malformed_row"),
        ("P03-R01-Soup-1000-2000-F000022-F000051 1 1 1", "bad_name"),
        ("P03-R01-1000-2000-F000022-F000050 1 1 1", "bad_name"),
        ("P03-R01-Soup-1000-2000-F000022-F000050 1 2 3 1", "labels_disagree"),
        ("P03-R01-Soup-1000-2000-F000022-F000050 1 1 2", "labels_disagree"),
        (f"{TRAINED} 1 1 3 1", "duplicate_clip"),
    ],
)
def test_a_faulty_row_is_left_out_with_its_reason_and_place(egtea_root, add_row, line, reason):
    add_row("train_split1.txt", line)
    listing = read_egtea(egtea_root, SPLIT)
    assert len(listing.clips) == 4
    assert reasons(listing) == {reason: 1}
    assert "train_split1.txt, line 4" in listing.quarantined[0].detail


def test_nouns_that_differ_in_part_from_the_actions_name_are_kept_as_listed(egtea_root, add_row):
    add_row("train_split1.txt", "P03-R01-Soup-1000-2000-F000022-F000050 1 1 3 2")
    listing = read_egtea(egtea_root, SPLIT)
    assert listing.clips[-2].nouns == (2, 1)
    assert not listing.quarantined


def test_rows_of_one_clip_with_different_labels_are_all_left_out(egtea_root, add_row):
    add_row("train_split1.txt", f"{TRAINED} 2 2 2")
    listing = read_egtea(egtea_root, SPLIT)
    assert TRAINED not in {clip.clip for clip in listing.clips}
    assert reasons(listing) == {"duplicate_clip": 2}


def test_a_clip_in_both_train_and_test_is_left_out(egtea_root, add_row):
    add_row("test_split1.txt", f"{TRAINED} 1 1 3 1")
    listing = read_egtea(egtea_root, SPLIT)
    assert TRAINED not in {clip.clip for clip in listing.clips}
    assert reasons(listing) == {"in_several_parts": 2}


def test_a_clip_labelled_otherwise_in_another_splits_list_is_left_out(egtea_root, add_row):
    add_row("test_split3.txt", f"{TRAINED} 2 2 2")
    listing = read_egtea(egtea_root, SPLIT)
    assert reasons(listing) == {"labels_disagree": 1}
    assert "1 1 3 1 and 2 2 2" in listing.quarantined[0].detail


@pytest.mark.parametrize("name", ["train_split1.txt", "action_idx.txt", "noun_idx.txt"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_an_absent_or_empty_list_is_named(egtea_root, name, is_empty):
    path = egtea_root / "action_annotation" / name
    path.unlink()
    if is_empty:
        path.touch()
    with pytest.raises(AnnotationError, match=str(path)):
        read_egtea(egtea_root, SPLIT)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("verb_idx.txt", "Fold 4", "without gaps"),
        ("verb_idx.txt", "Fold 2", "line 3"),
        ("verb_idx.txt", "Fold", "line 3"),
        ("action_idx.txt", "Cut soup 3", "'Cut soup'"),
    ],
)
def test_a_faulty_class_list_stops_with_the_line(egtea_root, add_row, name, line, message):
    add_row(name, line)
    with pytest.raises(AnnotationError, match=message):
        read_egtea(egtea_root, SPLIT)


def test_a_root_without_lists_says_which_folder_is_meant(tmp_path):
    with pytest.raises(AnnotationError, match="must be the folder that holds"):
        read_egtea(tmp_path, SPLIT)
