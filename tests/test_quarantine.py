from pipeline.quarantine import Quarantined, read_quarantine, write_quarantine

LATE = Quarantined("gaze", "S2", "S2-9-10", "", "gaze too short", "ends at 18,368, needs 21,444")
BROKEN = Quarantined("frames", "S1", "", "a, b.mp4", "truncated", 'said "moov"')


def test_entries_survive_the_file_in_sorted_order(tmp_path):
    write_quarantine(tmp_path / "q.csv", [LATE, BROKEN])
    assert read_quarantine(tmp_path / "q.csv") == [BROKEN, LATE]


def test_an_empty_list_still_has_its_header(tmp_path):
    write_quarantine(tmp_path / "q.csv", [])
    assert (tmp_path / "q.csv").read_text() == "stage,session,clip,video,reason,detail\n"
