"""Which sessions and clips have no gaze to rely on, and are quarantined for it."""

from pipeline.gaze.listing import ClipSpan
from pipeline.gaze.params import GazeConfig
from pipeline.gaze.session import STEP, SessionResult
from pipeline.quarantine import Quarantined

NO_FILE = "no_gaze_file"
BROKEN_FILE = "broken_gaze_file"
WRONG_LENGTH = "wrong_gaze_length"


def find_quarantined(result: SessionResult, config: GazeConfig) -> list[Quarantined]:
    """Judge one session, where gaze is required: broken, absent, or too short for some clips."""
    name = result.session.name
    if not config.required:
        return []
    if result.fault:
        return [Quarantined(STEP, name, "", "", BROKEN_FILE, result.fault)]
    if result.recording is None:
        detail = "add the session's gaze file, or train without gaze (supervision.gaze: none)"
        return [Quarantined(STEP, name, "", "", NO_FILE, detail)]
    num_recorded = result.recording.num_recorded
    return [
        Quarantined(STEP, name, clip.name, clip.video, WRONG_LENGTH, _detail(clip, num_recorded))
        for clip in clips_beyond(result, config.tolerance_frames)
    ]


def clips_beyond(result: SessionResult, tolerance_frames: int) -> list[ClipSpan]:
    """Return the clips that reach too far beyond their recording, or lie wholly beyond it."""
    if result.recording is None:
        return []
    end = result.recording.num_recorded
    return [
        clip
        for clip in result.session.clips
        if clip.session_stop > end + tolerance_frames or clip.session_start >= end
    ]


def _detail(clip: ClipSpan, num_recorded: int) -> str:
    return (
        f"found gaze of session frames 0 to {num_recorded - 1}, expected up to "
        f"{clip.session_stop - 1}: {clip.session_stop - num_recorded} frames are missing"
    )
