"""How many frames a second the videos have, from the headers of a few of them."""

from pathlib import Path

import numpy as np

from pipeline.tables.sessions import read_session_videos

MOST_VIDEOS = 8


def probe_rate(videos_dir: Path, sessions_csv: Path, seed: int) -> float | None:
    """Return the commonest rate of a few videos; None where none of them is here to be asked.

    Args:
        videos_dir: folder that the videos' paths start from.
        sessions_csv: ``data/index/sessions.csv``.
        seed: of the choice of videos.
    """
    videos = sorted(row.video for row in read_session_videos(sessions_csv))
    chosen = np.random.default_rng(seed).permutation(len(videos))[:MOST_VIDEOS]
    paths = [videos_dir / videos[row] for row in chosen.tolist()]
    rates = [rate for path in paths if path.is_file() and (rate := _rate(path))]
    return max(set(rates), key=lambda rate: (rates.count(rate), rate)) if rates else None


def _rate(path: Path) -> float | None:
    """Return the average rate that a video's header gives, in thousandths; None without one."""
    import av

    try:
        with av.open(str(path)) as container:
            rate = container.streams.video[0].average_rate
    except (av.error.FFmpegError, IndexError):
        return None
    return round(float(rate), 3) if rate else None
