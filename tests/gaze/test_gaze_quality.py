import pytest

from pipeline.gaze.begaze import read_begaze
from pipeline.gaze.frames import resample_gaze
from pipeline.gaze.quality import count_gaze, describe_counts, sum_counts

KINDS = ("fixation", "saccade")


def counts_of(path, frame_base=0, fill_frames=0):
    samples = read_begaze(path)
    gaze = resample_gaze(
        samples,
        num_frames=0,
        frame_base=frame_base,
        valid_kinds=KINDS,
        fill_frames=fill_frames,
    )
    return count_gaze(samples, gaze, frame_base=frame_base, valid_kinds=KINDS)


@pytest.fixture
def counts(write_begaze):
    rows = [
        *((10, 10, 2, "Fixation"), (20, 20, 2, "Fixation"), (2000, 10, 4, "Fixation")),
        *((-5, 10, 5, "Saccade"), (0, 0, 7, "Blink"), ("NaN", "NaN", 6, "-")),
    ]
    return counts_of(write_begaze(rows, num_samples=7))


def test_samples_are_counted_by_kind(counts):
    found = (counts.fixation_samples, counts.saccade_samples, counts.blink_samples)
    assert (*found, counts.untracked_samples) == (3, 1, 1, 1)
    assert counts.samples == 6


def test_a_header_that_promises_another_number_is_counted(counts):
    assert (counts.header_samples, counts.header_mismatches) == (7, 1)


def test_frames_are_counted_once_and_spanned_from_first_to_last(counts):
    assert (counts.frames_with_sample, counts.frames_spanned) == (5, 6)
    assert counts.backward_steps == 1


def test_what_is_off_the_image_is_counted_apart_from_what_has_no_position(counts):
    assert (counts.out_of_range_samples, counts.out_of_range_fixations) == (2, 1)
    assert (counts.nan_samples, counts.lost_samples) == (1, 2)
    assert counts.out_of_range_frames == 2


def test_rows_and_valid_rows_are_counted(counts):
    assert (counts.frames, counts.valid_frames, counts.filled_frames) == (8, 1, 0)


def test_samples_before_the_video_are_counted(write_begaze):
    rows = [(10, 10, 0, "Fixation"), (2000, 10, 1, "Fixation"), (10, 10, 2, "Fixation")]
    assert counts_of(write_begaze(rows), frame_base=2).samples_before_video == 2


def test_filled_frames_are_counted(write_begaze):
    rows = [(10, 10, 0, "Fixation"), (0, 0, 1, "Blink"), (10, 10, 2, "Fixation")]
    counts = counts_of(write_begaze(rows), fill_frames=1)
    assert (counts.valid_frames, counts.filled_frames) == (3, 1)


def test_the_total_is_the_sum_and_its_shares_follow_from_it(counts):
    total = sum_counts([counts, counts])
    assert total.samples == 12
    assert describe_counts(total)["lost_share"] == describe_counts(counts)["lost_share"] == 2 / 6
    assert sum_counts([]) is None


@pytest.mark.parametrize(
    ("name", "samples", "frames", "spanned", "backward", "nan"),
    [
        ("OP02-R02-TurkeySandwich", 10372, 8468, 9180, 0, 0),
        ("OP03-R01-PastaSalad", 22832, 17427, 18369, 1, 0),
        ("P06-R02-TurkeySandwich", 17494, 13872, 13973, 0, 306),
        ("P10-R02-TurkeySandwich", 14520, 11483, 11599, 0, 335),
    ],
)
def test_the_real_recordings_have_their_known_figures(
    shared_dir, name, samples, frames, spanned, backward, nan
):
    counts = counts_of(shared_dir / "egtea" / "gaze_data" / f"{name}.txt")
    assert (counts.samples, counts.header_mismatches) == (samples, 0)
    assert (counts.frames_with_sample, counts.frames_spanned) == (frames, spanned)
    assert (counts.backward_steps, counts.nan_samples) == (backward, nan)
