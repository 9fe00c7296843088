import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.annotations.containers import Container
from pipeline.annotations.division import Division
from pipeline.annotations.egtea import read_egtea
from pipeline.annotations.listing import ListedClip
from pipeline.annotations.placing import place_clips
from pipeline.annotations.protocols import PROTOCOLS
from pipeline.memo import Memo
from pipeline.tables.clips import Clip

EGTEA_CLIPS = {  # the names obey the rule: 24 fps, a tenth of padding on each side
    "P01-R01-Soup-1000-2000-F000022-F000050": "train",
    "P01-R01-Soup-3000-4000-F000070-F000098": "train",
    "P01-R02-Cake-1000-2000-F000022-F000050": "train",
    "P02-R01-Soup-5000-6000-F000118-F000146": "test",
}


def write_video(path: Path, num_frames: int) -> Path:
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(num_frames)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        for _ in range(num_frames):
            image = noise.integers(0, 255, (16, 32, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return path


def place_unseen(listed: Sequence[ListedClip]) -> list[Clip]:
    """Place listed clips in videos that hold what their names say."""
    containers = {
        clip.video: Container(clip.video, max(clip.in_session), "", "", "") for clip in listed
    }
    return place_clips(listed, containers)[0]


_read_once = functools.cache(read_egtea)


@pytest.fixture
def official(shared_dir: Path) -> Callable[..., Division]:
    """Divide the real lists by a protocol.

    A split's lists are read once for all tests, and the first one's stand for all three together:
    `test_protocols` proves that they hold the same.
    """

    def divide(protocol: str, seed: int | None = None) -> Division:
        listing = _read_once(shared_dir / "egtea", PROTOCOLS[protocol].splits[:1])
        return PROTOCOLS[protocol].divide(listing.clips, seed)

    return divide


@pytest.fixture(scope="session")
def video_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound mp4 of 28 frames, its table of frames in front."""
    return write_video(tmp_path_factory.mktemp("video") / "made.mp4", 28).read_bytes()


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return Memo(tmp_path / ".work", ())


@pytest.fixture
def egtea_root(tmp_path: Path, video_bytes: bytes) -> Path:
    """A made set in EGTEA Gaze+'s layout: 2 actions, 3 sessions, 4 clips of 28 frames."""
    root = tmp_path / "egtea"
    lists = root / "action_annotation"
    lists.mkdir(parents=True)
    (lists / "action_idx.txt").write_text("Move Around pan,oil 1\nCut tomato/skin 2\n")
    (lists / "verb_idx.txt").write_text("Move Around 1\nCut 2\n")
    (lists / "noun_idx.txt").write_text("oil 1\ntomato/skin 2\npan 3\n")
    for part in ("train", "test"):
        names = [name for name, where in EGTEA_CLIPS.items() if where == part]
        labels = ["1 1 3 1", "2 2 2", "1 1 3 1"]
        lines = [f"{name} {label}\n" for name, label in zip(names, labels, strict=False)]
        for split in (1, 2, 3):
            (lists / f"{part}_split{split}.txt").write_text("".join(lines))
    for name in EGTEA_CLIPS:
        session = "-".join(name.split("-")[:3])
        video = root / "cropped_clips" / session / f"{name}.mp4"
        video.parent.mkdir(parents=True, exist_ok=True)
        video.write_bytes(video_bytes)
    (root / "gaze_data").mkdir()
    (root / "gaze_data" / "P01-R01-Soup.txt").write_text("## [BeGaze]\n")
    (root / "gaze_data" / "P02-R01-Soup-GazeData.txt").write_text("## [BeGaze]\n")
    return root


@pytest.fixture
def add_row(egtea_root: Path) -> Callable[[str, str], None]:
    """Append a line to one of the made set's lists."""

    def append(name: str, line: str) -> None:
        with (egtea_root / "action_annotation" / name).open("a") as file:
            file.write(line + "\n")

    return append


@pytest.fixture
def make_table(tmp_path: Path) -> Callable[..., Path]:
    """Write clips.csv from its lines and return its folder."""

    def write(*lines: str, header: str = "video,start_frame,stop_frame,label,part") -> Path:
        root = tmp_path / "table"
        root.mkdir(exist_ok=True)
        (root / "clips.csv").write_text("\n".join([header, *lines]) + "\n")
        return root

    return write


@pytest.fixture
def make_clips() -> Callable[..., list[Clip]]:
    """Training clips of 10 frames from (session, action) pairs, in time order."""

    def make(*pairs: tuple[str, int], part: str = "train") -> list[Clip]:
        return [
            Clip(
                clip=f"{session}-{part}-{number}",
                session=session,
                subject=session[0],
                video=f"{session}.mp4",
                video_start=10 * number,
                video_stop=10 * number + 10,
                session_start=10 * number,
                session_stop=10 * number + 10,
                action=action,
                verb=None,
                nouns=(),
                part=part,
            )
            for number, (session, action) in enumerate(pairs)
        ]

    return make
