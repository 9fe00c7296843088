from collections import Counter

import pytest

from pipeline.annotations.egtea_name import parse_name
from pipeline.annotations.listing import Span
from pipeline.annotations.widening import widen

IGAS_LISTS = {  # MichiganCOG/Gaze-Attention, dataset/EGTEA, commit d15fc6f
    "train": {
        "P17-R04-ContinentalBreakfast-672107-672677-F016129-F016146": (16126, 16150),
        "P25-R06-GreekSalad-1311832-1312479-F031482-F031501": (31480, 31504),
    },
    "test": {
        "P01-R01-PastaSalad-440824-441564-F010577-F010600": (10576, 10600),
        "P04-R06-GreekSalad-1239230-1239900-F029740-F029759": (29737, 29761),
        "P06-R02-TurkeySandwich-515296-515916-F012366-F012383": (12362, 12386),
        "P09-R01-PastaSalad-1419838-1420458-F034075-F034092": (34071, 34095),
        "P11-R02-TurkeySandwich-172480-173140-F004138-F004157": (4135, 4159),
        "OP05-R07-Pizza-339245-339760-F008140-F008156": (8136, 8160),
        "OP06-R06-GreekSalad-167720-168430-F004024-F004044": (4022, 4046),
    },
}


@pytest.mark.parametrize(
    ("part", "name", "frames"),
    [(part, *row) for part, rows in IGAS_LISTS.items() for row in rows.items()],
)
def test_a_short_clip_has_the_frames_of_igas_lists(part, name, frames):
    assert widen(parse_name(name).frames, part) == frames


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_clip_at_the_sessions_start_grows_at_its_end(part):
    assert widen(Span(2, 18), part) == (0, 24)


def test_as_many_clips_of_egtea_are_widened_as_of_igas_lists(official):
    listed, division = official("official_split1").clips, official("iga_widened")
    moved = [
        (before, after)
        for before, after in zip(listed, division.clips, strict=True)
        if before != after
    ]
    assert Counter(after.part for _, after in moved) == {"train": 487, "test": 171}
    assert {before.clip for before, _ in moved} == set(division.widened)
    for before, after in moved:
        assert after.in_video == after.in_session
        assert after.in_session.start <= before.in_session.start
        assert after.in_session.stop >= before.in_session.stop
        assert after.in_session.stop - after.in_session.start == 24
        assert after.video == f"videos/{after.session}.mp4"
    spans = [clip.in_session for clip in division.clips]
    assert min(span.stop - span.start for span in spans) == 24
    assert [clip.clip for clip in division.clips] == [clip.clip for clip in listed]
