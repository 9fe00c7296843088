from collections import Counter

import pytest

from pipeline.annotations.egtea import read_egtea
from pipeline.annotations.protocols import (
    DATASET_PROTOCOLS,
    OF_OFFICIAL_LISTS,
    PROTOCOLS,
    VALIDATION_WAYS,
    seed_of,
)

TRAINED = "P01-R01-Soup-1000-2000-F000022-F000050"
TESTED = "P02-R01-Soup-5000-6000-F000118-F000146"


def test_every_protocol_belongs_to_a_data_set_and_says_how_validation_may_be_carved():
    assert {name for names in DATASET_PROTOCOLS.values() for name in names} == set(PROTOCOLS)
    assert {protocol.apart for protocol in PROTOCOLS.values()} == set(VALIDATION_WAYS)


def test_a_seed_is_kept_of_protocols_that_draw_alone():
    drawn = {name: seed_of(name, 7) for name in PROTOCOLS}
    assert {name for name, seed in drawn.items() if seed == 7} == {
        "session_disjoint",
        "subject_disjoint",
    }
    assert seed_of("avg3", 7) is None


@pytest.mark.parametrize("protocol", OF_OFFICIAL_LISTS)
def test_every_protocol_of_egtea_has_each_clip_once(official, protocol):
    clips = official(protocol, 1).clips
    assert len({clip.clip for clip in clips}) == len(clips) == 10321
    assert set(Counter(clip.part for clip in clips)) == {"train", "test"}


@pytest.mark.slow
def test_the_first_split_of_egtea_holds_what_all_of_them_hold_together(shared_dir):
    root = shared_dir / "egtea"
    assert read_egtea(root, (1, 2, 3)) == read_egtea(root, (1,))


def test_splits_together_hold_each_clip_once_with_its_part_in_the_first(egtea_root):
    lists = egtea_root / "action_annotation"
    (lists / "train_split2.txt").write_text(f"{TESTED} 1 1 3 1\n")
    (lists / "test_split2.txt").write_text(f"{TRAINED} 1 1 3 1\n")
    listing = read_egtea(egtea_root, (1, 2, 3))
    parts = {clip.clip: clip.part for clip in listing.clips}
    assert len(listing.clips) == 4
    assert (parts[TRAINED], parts[TESTED]) == ("train", "test")
    assert not listing.quarantined


def test_a_clip_that_a_later_split_alone_lists_is_among_them(egtea_root, add_row):
    extra = "P03-R01-Soup-1000-2000-F000022-F000050"
    add_row("test_split3.txt", f"{extra} 1 1 3 1")
    assert len(read_egtea(egtea_root, (1,)).clips) == 4
    clips = read_egtea(egtea_root, (1, 2, 3)).clips
    assert next(clip.part for clip in clips if clip.clip == extra) == "test"


def test_a_row_that_is_faulty_in_every_split_is_named_once(egtea_root, add_row):
    for split in (1, 2, 3):
        add_row(f"train_split{split}.txt", "P03-R01-Soup-1000-2000-F000022-F000050 9 1 1")
    listing = read_egtea(egtea_root, (1, 2, 3))
    assert [entry.reason for entry in listing.quarantined] == ["unknown_class"]


def test_a_clip_that_one_split_contradicts_itself_about_is_left_out(egtea_root, add_row):
    add_row("test_split2.txt", f"{TRAINED} 1 1 3 1")
    listing = read_egtea(egtea_root, (1, 2, 3))
    assert TRAINED not in {clip.clip for clip in listing.clips}
    assert {entry.reason for entry in listing.quarantined} == {"in_several_parts"}


def test_a_split_without_lists_is_passed_over_among_several(egtea_root):
    for part in ("train", "test"):
        (egtea_root / "action_annotation" / f"{part}_split2.txt").unlink()
    assert len(read_egtea(egtea_root, (1, 2, 3)).clips) == 4
