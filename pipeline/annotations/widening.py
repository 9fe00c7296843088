"""IGA's edit of the official lists: clips of fewer than 24 frames are widened to 24.

The frames added are in no cropped clip, so a widened clip is seen in its session's whole recording,
as IGA's authors did (MichiganCOG/Gaze-Attention, issue 8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.annotations.containers import Container
from pipeline.annotations.division import Division
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.listing import ListedClip, Span
from pipeline.tables.clips import TEST

RECORDING_DIR = "videos"
FRAMES = 24
"""Of IGA's network, which is built for exactly so many."""


def divide_widened(clips: Sequence[ListedClip], seed: int | None) -> Division:  # noqa: ARG001 - nothing is drawn
    """Keep the parts that the lists give, and widen short clips."""
    short = {
        clip.clip: clip.in_session
        for clip in clips
        if clip.in_session is not None and clip.in_session.stop - clip.in_session.start < FRAMES
    }
    divided = tuple(
        _see_in_recording(clip, widen(short[clip.clip], clip.part)) if clip.clip in short else clip
        for clip in clips
    )
    return Division(divided, (), short)


def widen(listed: Span, part: str) -> Span:
    """Return 24 frames about the listed ones, none of them before the session's first.

    The odd frame comes after a training clip, and before a test clip: so do IGA's lists.
    """
    missing = FRAMES - (listed.stop - listed.start)
    start = max(listed.start - (missing + (part == TEST)) // 2, 0)
    return Span(start, start + FRAMES)


def keep_inside(division: Division, containers: Mapping[str, Container]) -> Division:
    """Return the division with widened clips moved back that reach beyond their recording's end.

    A recording that ends before the listed frames do is a fault, which `place_clips` finds.

    Raises:
        AnnotationError: a recording that a widened clip needs is absent.
    """
    widened = [clip for clip in division.clips if clip.clip in division.widened]
    absent = {clip.video for clip in widened if containers[clip.video].fault == "missing_video"}
    if absent:
        raise AnnotationError(
            f"{len(widened)} clips are to be widened to {FRAMES} frames, and {len(absent)} of the "
            f"whole recordings that hold these are absent, such as {min(absent)}; put them there "
            f"(docs/datasets.md), or choose protocol official_split1, which widens nothing"
        )
    inside = tuple(
        _see_in_recording(clip, _move_back(clip, division.widened[clip.clip], containers))
        if clip.clip in division.widened
        else clip
        for clip in division.clips
    )
    return replace(division, clips=inside)


def _see_in_recording(clip: ListedClip, frames: Span) -> ListedClip:
    video = f"{RECORDING_DIR}/{clip.session}.mp4"
    return replace(clip, video=video, in_video=frames, in_session=frames)


def _move_back(clip: ListedClip, listed: Span, containers: Mapping[str, Container]) -> Span:
    end = containers[clip.video].num_frames
    frames = clip.in_session or listed
    if listed.stop <= end < frames.stop:
        return Span(max(end - FRAMES, 0), end)
    return frames
