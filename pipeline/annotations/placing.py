"""Listed clips and inspected videos brought together: each clip's frames, or why it has none."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.annotations.containers import Container
from pipeline.annotations.listing import ListedClip, Span, leave_out
from pipeline.quarantine import Quarantined
from pipeline.tables.clips import Clip


def place_clips(
    listed: Sequence[ListedClip], containers: Mapping[str, Container]
) -> tuple[list[Clip], list[Quarantined]]:
    """Give each clip its frames of the video and of the session.

    Args:
        listed: the clips of a `Listing`.
        containers: what was found of every video they name.
    """
    first_frames = _first_frames(listed, containers)
    placed, quarantined = [], []
    for clip in listed:
        container = containers[clip.video]
        in_video = clip.in_video or Span(0, container.num_frames)
        if container.fault:
            quarantined.append(leave_out(clip, container.fault, container.detail))
        elif in_video.stop > container.num_frames:
            detail = f"stop_frame {in_video.stop}, but {clip.video} has {container.num_frames}"
            quarantined.append(leave_out(clip, "beyond_video", f"{detail} frames"))
        else:
            first = first_frames[clip.session, clip.video]
            in_session = clip.in_session or Span(first + in_video.start, first + in_video.stop)
            placed.append(_to_clip(clip, in_video, in_session))
    return placed, quarantined


def _first_frames(
    listed: Sequence[ListedClip], containers: Mapping[str, Container]
) -> dict[tuple[str, str], int]:
    """Return where each video begins among its session's videos, put end to end by path."""
    first_frames: dict[tuple[str, str], int] = {}
    next_frame: Counter[str] = Counter()
    for session, video in sorted({(clip.session, clip.video) for clip in listed}):
        first_frames[session, video] = next_frame[session]
        next_frame[session] += containers[video].num_frames
    return first_frames


def _to_clip(clip: ListedClip, in_video: Span, in_session: Span) -> Clip:
    return Clip(
        clip=clip.clip,
        session=clip.session,
        subject=clip.subject,
        video=clip.video,
        video_start=in_video.start,
        video_stop=in_video.stop,
        session_start=in_session.start,
        session_stop=in_session.stop,
        action=clip.action,
        verb=clip.verb,
        nouns=clip.nouns,
        part=clip.part,
    )
