import pytest

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.table import has_table_gaze, read_table

GAZE_HEADER = "video,start_frame,stop_frame,label,part,gaze,subject,session"


def read(root):
    return read_table(root, ())


def reasons(root):
    return [entry.reason for entry in read(root).quarantined]


def test_the_table_of_real_videos_gives_160_clips_of_16_labels(shared_dir):
    listing = read(shared_dir / "real_clips")
    assert (len(listing.clips), len(listing.classes), len(listing.quarantined)) == (160, 16, 0)
    assert listing.clips[0].clip == "arranging_shoes-0-28"


def test_labels_are_numbered_by_sorted_name(make_table):
    listing = read(make_table("a.mp4,0,9,pour,train", "a.mp4,9,20,cut,train"))
    assert [row.name for row in listing.classes] == ["cut", "pour"]
    assert [clip.action for clip in listing.clips] == [1, 0]


def test_a_csv_file_may_be_the_root_itself(make_table):
    root = make_table("a.mp4,0,9,pour,train")
    assert read(root / "clips.csv") == read(root)


def test_a_spreadsheets_byte_order_mark_and_quotes_are_understood(make_table):
    root = make_table('"my video.mp4",0,9,"cut, slowly",train', header="\ufeff" + GAZE_HEADER[:41])
    listing = read(root)
    assert listing.classes[0].name == "cut, slowly"
    assert listing.clips[0].video == "my video.mp4"


def test_clip_names_are_safe_as_file_names(make_table):
    listing = read(make_table("../ä day/.my film (1).mp4,0,9,pour,train"))
    assert listing.clips[0].clip == "_my_film__1_-0-9"
    assert listing.clips[0].session == "_my_film__1_"


def test_named_sessions_keep_clips_of_equally_named_videos_apart(make_table):
    root = make_table(
        "one/v.mp4,0,9,pour,train,,,s1", "two/v.mp4,0,9,pour,test,,,s2", header=GAZE_HEADER
    )
    assert [clip.clip for clip in read(root).clips] == ["s1-v-0-9", "s2-v-0-9"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.mp4,9,9,pour,train", "bad_frames"),
        ("a.mp4,-1,9,pour,train", "bad_frames"),
        ("a.mp4,0,9.5,pour,train", "bad_frames"),
        ("a.mp4,0,9,pour,training", "unknown_part"),
        ("a.mp4,0,9,,train", "malformed_row"),
        (",0,9,pour,train", "malformed_row"),
        ("a.mp4,0,9,cut, slowly,train", "malformed_row"),
    ],
)
def test_a_faulty_row_is_left_out_with_its_line(make_table, row, reason):
    listing = read(make_table("a.mp4,10,20,pour,train", row))
    assert len(listing.clips) == 1
    assert [entry.reason for entry in listing.quarantined] == [reason]
    assert "clips.csv, line 3" in listing.quarantined[0].detail


def test_of_equal_rows_the_first_is_kept(make_table):
    row = "a.mp4,0,9,pour,train"
    root = make_table(row, row)
    assert len(read(root).clips) == 1
    assert reasons(root) == ["duplicate_clip"]


def test_a_clip_with_two_labels_is_left_out(make_table):
    root = make_table("a.mp4,0,9,pour,train", "a.mp4,0,9,cut,train", "a.mp4,9,12,cut,train")
    assert [clip.clip for clip in read(root).clips] == ["a-9-12"]
    assert reasons(root) == ["duplicate_clip", "duplicate_clip"]


def test_a_clip_in_two_parts_is_left_out(make_table):
    root = make_table("a.mp4,0,9,pour,train", "a.mp4,0,9,pour,test", "a.mp4,9,12,cut,train")
    assert reasons(root) == ["in_several_parts", "in_several_parts"]


def test_clips_of_an_absent_gaze_file_are_left_out(make_table):
    root = make_table(
        "a.mp4,0,9,pour,train,a.txt,,", "b.mp4,0,9,pour,train,b.txt,,", header=GAZE_HEADER
    )
    (root / "a.txt").touch()
    assert read(root).gaze == {"a": "a.txt"}
    assert reasons(root) == ["missing_gaze_file"]


def test_only_a_filled_gaze_column_is_gaze(make_table):
    assert not has_table_gaze(make_table("a.mp4,0,9,pour,train"))
    assert not has_table_gaze(make_table("a.mp4,0,9,pour,train,,,", header=GAZE_HEADER))
    assert has_table_gaze(make_table("a.mp4,0,9,pour,train,a.txt,,", header=GAZE_HEADER))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["x/a.mp4,0,9,pour,train,,,", "y/a.mp4,0,9,pour,test,,,"], "column 'session'"),
        (["a.mp4,0,9,pour,train,a.txt,,s", "b.mp4,0,9,cut,test,a.txt,,s"], "its session"),
        (["a.mp4,0,9,pour,train,a.txt,,", "a.mp4,9,12,cut,test,b.txt,,"], "one file"),
        (["a.mp4,0,9,pour,train,,eve,", "a.mp4,9,12,cut,test,,ann,"], "one subject"),
    ],
)
def test_a_table_that_mixes_recordings_is_refused(make_table, rows, message):
    with pytest.raises(AnnotationError, match=message):
        read(make_table(*rows, header=GAZE_HEADER))


def test_a_missing_column_is_named_beside_those_found(make_table):
    root = make_table("a.mp4;0;9", header="video;start_frame;stop_frame")
    with pytest.raises(AnnotationError, match=r"found video;start_frame;stop_frame.*commas"):
        read(root)


def test_an_absent_table_is_named(tmp_path):
    with pytest.raises(AnnotationError, match=r"clips\.csv: no such file"):
        read(tmp_path)
