"""The text that SMI BeGaze exports, in the two versions found in EGTEA Gaze+.

Subjects OP.. have version 3.1.77 (8 columns, frame numbers), subjects P.. version 3.4.46 (27
columns, timecodes, NaN where untracked). See reference, section 9.1.
"""

from collections.abc import Iterator

import numpy as np

from pipeline.kitchen.eye import EyeEvent, EyeTrack, Tracker
from pipeline.kitchen.naming import FRAMES_PER_SECOND

GAZE_WIDTH, GAZE_HEIGHT = 1280, 960
NEWLINE = "\r\n"
EVENT_NAMES = {
    EyeEvent.FIXATION: "Fixation",
    EyeEvent.SACCADE: "Saccade",
    EyeEvent.BLINK: "Blink",
    EyeEvent.LOST: "-",
}
FRAME_TRACKER = Tracker(blinks=0.04, losses=0.02, dropped=0.06, frame_jitter=0.25)
TIMECODE_TRACKER = Tracker(blinks=0.3, losses=0.08, dropped=0.01, frame_jitter=0.12)
UNTRACKED_BLINKS = 0.1
"""Share of blink samples without a position in the timecode version."""
BACKWARD_ROWS = 60
"""How much too early the last row stands where frames step backward, as in OP03-R01."""

FRAME_COLUMNS = "Time,Type,Trial,L POR X [px],L POR Y [px],Frame,Aux1,L Event Info"
TIMECODE_COLUMNS = (
    "Time,Type,Trial,L Pupil Diameter [mm],R Pupil Diameter [mm],B POR X [px],B POR Y [px],"
    "L POR X [px],L POR Y [px],R POR X [px],R POR Y [px],B AOI Hit,L EPOS X,L EPOS Y,L EPOS Z,"
    "R EPOS X,R EPOS Y,R EPOS Z,L GVEC X,L GVEC Y,L GVEC Z,R GVEC X,R GVEC Y,R GVEC Z,"
    "Frame,Aux1,B Event Info"
)


def has_timecodes(subject: str) -> bool:
    """Return whether a subject was recorded with the later export."""
    return not subject.startswith("OP")


def write_frames_export(
    track: EyeTrack, *, has_backward_step: bool, rng: np.random.Generator
) -> str:
    """Return the text of the earlier export."""
    rows = list(_frame_rows(track, rng))
    if has_backward_step and len(rows) > BACKWARD_ROWS:
        rows.insert(-BACKWARD_ROWS, rows.pop())
    header = _header("3.1.77", len(rows), "", "LEFT, POR, FRAMECOUNTER")
    return NEWLINE.join([*header, FRAME_COLUMNS.replace(",", "\t"), *rows, ""])


def write_timecodes_export(track: EyeTrack, session: str, rng: np.random.Generator) -> str:
    """Return the text of the later export."""
    rows = list(_timecode_rows(track, rng))
    shown = "LEFT, RIGHT, POR, AOI, EYEPOSITION, GAZEVECTOR, FRAMECOUNTER"
    header = _header("3.4.46", len(rows), f"{session.lower()}-recording.avi", shown)
    return NEWLINE.join([*header, TIMECODE_COLUMNS.replace(",", "\t"), *rows, ""])


def timecode(frame: int) -> str:
    """Return ``HH:MM:SS:FF`` of a 0-based frame."""
    seconds, rest = divmod(frame, FRAMES_PER_SECOND)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest:02d}"


def _microseconds(track: EyeTrack, rng: np.random.Generator) -> np.ndarray:
    """Return the device's clock, which starts anywhere and jitters by half a millisecond."""
    start = int(rng.integers(100_000_000, 900_000_000))
    jitter = rng.normal(0.0, 500.0, len(track.seconds))
    return start + np.rint(track.seconds * 1e6 + jitter).astype(int)


def _pixels(track: EyeTrack) -> np.ndarray:
    return track.point * np.array([GAZE_WIDTH, GAZE_HEIGHT])


def _frame_rows(track: EyeTrack, rng: np.random.Generator) -> Iterator[str]:
    times, pixels = _microseconds(track, rng), _pixels(track)
    pixels[track.event == EyeEvent.BLINK] = 0.0
    for time, (x, y), frame, event in zip(times, pixels, track.frame, track.event, strict=True):
        yield f"{time}\tSMP\t1\t{x:.2f}\t{y:.2f}\t{frame}\t\t{EVENT_NAMES[event]}"


def _timecode_rows(track: EyeTrack, rng: np.random.Generator) -> Iterator[str]:
    times, pixels = _microseconds(track, rng), _pixels(track)
    is_blink = track.event == EyeEvent.BLINK
    pixels[is_blink] += rng.normal(0.0, 250.0, (int(is_blink.sum()), 2))
    is_lost = track.event == EyeEvent.LOST
    is_lost |= is_blink & (rng.random(len(is_blink)) < UNTRACKED_BLINKS)
    for number, (time, both) in enumerate(zip(times, pixels, strict=True)):
        tail = f"{timecode(int(track.frame[number]))}\t\t{EVENT_NAMES[track.event[number]]}"
        eyes = _untracked_eyes() if is_lost[number] else _tracked_eyes(both, rng)
        yield f"{time}\tSMP\t1\t{eyes}\t{tail}"


def _untracked_eyes() -> str:
    zero = "0.00"
    return "\t".join([zero, zero, "NaN", "NaN", *[zero] * 4, "-", *[zero] * 12])


def _tracked_eyes(both: np.ndarray, rng: np.random.Generator) -> str:
    """Return pupils, the point of both eyes and of each, eye places and directions."""
    pupils = rng.normal(3.4, 0.2, 2)
    apart = rng.normal((90.0, 20.0), 8.0)
    places = np.array([32.5, 3.0, -25.5, -31.0, 2.5, -24.0]) + rng.normal(0.0, 0.2, 6)
    across, down = both / (GAZE_WIDTH, GAZE_HEIGHT) - 0.5
    ahead = np.sqrt(max(0.05, 1.0 - across**2 - down**2))
    before = [*pupils, *both, *(both - apart), *(both + apart)]
    after = [*places, across, down, ahead, across - 0.1, down, ahead]
    return "\t".join([*(f"{n:.2f}" for n in before), "-", *(f"{n:.2f}" for n in after)])


def _header(version: str, num_samples: int, stimulus: str, shown: str) -> list[str]:
    """Return the 33 lines that begin with ``##``; the two versions differ in one line each."""
    has_stimulus = bool(stimulus)
    lines = [
        "[BeGaze]",
        "Converted from:\trecording.idf",
        "Date:\t01.01.0001 00:00:00",
        f"Version:\tBeGaze {version}",
        "IDF Version:\t10",
        "Sample Rate:\t30",
        "Separator Type:\tTrial",
        f"Trial Count:\t{int(has_stimulus)}",
        "Uses Plane File:\tFalse",
        *([f"Stimulus:\t{stimulus}"] if has_stimulus else []),
        f"Number of Samples:\t{num_samples}",
        "Reversed:\tnone",
        "[Run]",
        "Subject:\tsimulated",
        "Description:\trun",
        "[Calibration]",
        *([] if has_stimulus else ["Calibration Type:\tn.a."]),
        f"Calibration Area:\t{GAZE_WIDTH}\t{GAZE_HEIGHT}",
        "[Geometry]",
        f"Stimulus Dimension [mm]:\t{GAZE_WIDTH}\t{GAZE_HEIGHT}",
        "Head Distance [mm]:\t1450",
        "[Hardware Setup]",
        "System ID:\t",
        "Operating System :\t",
        "IView X Version:\t",
        "[Filter Settings]",
        "Heuristics:\tFalse",
        "Heuristics Stage:\t0",
        "Bilateral:\tFalse",
        "Gaze Cursor Filter:\tFalse",
        "Saccade Length [px]:\t0",
        "Filter Depth [ms]:\t0",
        f"Format:\t{shown}",
    ]
    return [*(f"## {line}" for line in lines), "##"]
