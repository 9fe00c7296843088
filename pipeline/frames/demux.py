"""What a container says of its video, read to its end without decoding a frame."""

from dataclasses import dataclass
from pathlib import Path

import av

GUESSED_RATE = 25


@dataclass(frozen=True)
class Demuxed:
    """A container's first video stream.

    Args:
        num_frames: that are to be shown; those outside of an edit list are not.
        num_declared: frames as the header has them; 0 where it does not tell.
        rate: frames a second, as a fraction's two numbers.
        is_cut: whether the file ends before its video does.
    """

    num_frames: int
    num_declared: int
    rate: tuple[int, int]
    is_cut: bool


def demux_video(path: Path) -> Demuxed | None:
    """Read a container's packets; None where it has no video stream.

    Raises:
        av.error.FFmpegError: it is damaged, cut off, or no container at all.
    """
    with av.open(str(path)) as container:
        if not container.streams.video:
            return None
        stream = container.streams.video[0]
        rate = (stream.average_rate or stream.guessed_rate or GUESSED_RATE).as_integer_ratio()
        num_declared, num_frames, is_cut = stream.frames, 0, False
        for packet in container.demux(stream):
            num_frames += packet.size > 0 and not packet.is_discard
            is_cut = is_cut or packet.is_corrupt
        # A file cut between two frames ends without a corrupt packet, and only looks shorter.
        end = max((entry.pos + entry.size for entry in stream.index_entries), default=0)
        is_cut = is_cut or end > path.stat().st_size
        return Demuxed(num_frames, num_declared, rate, is_cut)
