"""A small kitchen taken from its files to packed clips by the library, and ways to damage it."""

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from made_configs import FLOW, GAZE

from pipeline.annotations.index import write_index
from pipeline.annotations.params import DatasetConfig, IndexConfig, ValidationConfig
from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.clips.store import ClipStore
from pipeline.clips.tally import Tally
from pipeline.fanout import ALONE, Crew
from pipeline.flow.extract import FlowReport, extract_flow
from pipeline.frames.extract import FramesReport, extract_frames
from pipeline.frames.params import FramesConfig
from pipeline.gaze.extract import GazeReport, extract_gaze
from pipeline.gaze.params import GazeConfig
from pipeline.kitchen.params import KitchenParams
from pipeline.memo import Memo
from pipeline.quarantine import Quarantined, read_quarantine
from pipeline.tables.clips import Clip, read_clips

KITCHEN = KitchenParams(
    seed=3,
    verbs=2,
    nouns=2,
    clips=20,
    imbalance=1.0,
    subjects=2,
    sessions=2,
    height=48,
    width=64,
    min_frames=16,
    max_frames=20,
)
STAGES = ("index", "frames", "flow", "gaze", "pack")

Seen = tuple[bytes, bytes, bytes, bytes]
"""All that a model gets of a clip: pictures, flow, gaze points, their validity."""


@dataclass(frozen=True)
class Run:
    """The stages index to pack on the data set of a folder, as if in a fresh workspace.

    Args:
        folder: holds ``set``; ``data``, ``reports`` and ``.work`` are made beside it.
        gaze_required: whether training is supervised by gaze.
    """

    folder: Path
    gaze_required: bool = True

    @property
    def root(self) -> Path:
        return self.folder / "set"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def memo(self) -> Memo:
        return Memo(self.folder / ".work", ())

    def index(self) -> None:
        config = IndexConfig(
            dataset=DatasetConfig(name="kitchen", root=self.root),
            source="",
            protocol="official_split1",
            protocol_seed=None,
            validation=ValidationConfig(by="none", share=0.2),
            seed=1,
        )
        write_index(config, self.data / "index", self.list_path("index"), self.memo, ALONE)

    @property
    def frames_config(self) -> FramesConfig:
        return FramesConfig(root=str(self.root), size=32, quality=95)

    @property
    def gaze_config(self) -> GazeConfig:
        own = {"root": str(self.root), "required": self.gaze_required}
        return GAZE.model_copy(update=own)

    def frames(self, crew: Crew = ALONE) -> FramesReport:
        paths = (self.data / "index" / "sessions.csv", self.data / "frames")
        return extract_frames(
            self.frames_config, *paths, self.list_path("frames"), memo=self.memo, crew=crew
        )

    def flow(self, crew: Crew = ALONE) -> FlowReport:
        folders = (self.data / "frames", self.data / "flow", self.list_path("flow"))
        return extract_flow(FLOW, *folders, memo=self.memo, crew=crew)

    def gaze(self, crew: Crew = ALONE) -> GazeReport:
        return extract_gaze(
            self.gaze_config,
            self.data / "index" / "clips.csv",
            self.data / "index" / "gaze.csv",
            self.data / "gaze",
            quality_path=self.folder / "reports" / "gaze_quality.json",
            quarantine_path=self.list_path("gaze"),
            memo=self.memo,
            crew=crew,
        )

    def pack(self, max_share: float = 1.0) -> Tally:
        return pack_clips(
            PackConfig(max_quarantined_share=max_share),
            clips_csv=self.data / "index" / "clips.csv",
            stores=StoreDirs(self.data / "frames", self.data / "flow", self.data / "gaze"),
            quarantine_dir=self.data / "quarantine",
            out_dir=self.data / "clips",
            summary_path=self.folder / "reports" / "quarantine.json",
        )

    def all(self) -> "Run":
        self.index()
        self.frames()
        self.flow()
        self.gaze()
        self.pack()
        return self

    def list_path(self, stage: str) -> Path:
        return self.data / "quarantine" / f"{stage}.csv"

    @property
    def entries(self) -> list[Quarantined]:
        return [entry for stage in STAGES for entry in read_quarantine(self.list_path(stage))]

    @property
    def summary(self) -> dict:
        return json.loads((self.folder / "reports" / "quarantine.json").read_text())

    @property
    def quality(self) -> dict:
        return json.loads((self.folder / "reports" / "gaze_quality.json").read_text())

    @cached_property
    def clips(self) -> dict[str, Clip]:
        """The clips that index lists, by name, in the order of the split lists."""
        return {clip.clip: clip for clip in read_clips(self.data / "index" / "clips.csv")}

    def seen(self) -> dict[str, Seen]:
        """Return all that a model gets of each packed clip."""
        rgb, flow = (ClipStore(self.data / "clips", stream) for stream in ("rgb", "flow"))
        seen = {}
        for row in rgb.clips:
            frames = np.arange(row.num_frames)
            points, valid = rgb.gaze(row.index, frames)
            images = [store.images(row.index, frames).tobytes() for store in (rgb, flow)]
            seen[row.name] = (*images, points.tobytes(), valid.tobytes())
        rgb.close()
        flow.close()
        return seen

    def stores(self, stage: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.data / stage).iterdir()}


def edit_list(run: Run, name: str, change: tuple[str, str]) -> None:
    """Replace a piece of a split list, which must stand there."""
    path = run.root / "action_annotation" / name
    old, new = change
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def cut(path: Path, num_bytes: int) -> None:
    os.truncate(path, num_bytes)


def put_table_first(path: Path) -> list[int]:
    """Rewrite an mp4 with its table of frames in front; return where each frame ends."""
    fast = path.with_suffix(".fast.mp4")
    options = {"movflags": "+faststart"}
    with av.open(str(path)) as source, av.open(str(fast), "w", options=options) as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    fast.replace(path)
    content = path.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")
    with av.open(str(path)) as container:
        return sorted(entry.pos + entry.size for entry in container.streams.video[0].index_entries)


def blank_pictures(path: Path) -> None:
    """Overwrite a piece in the middle of the pictures; the table of frames stays whole."""
    content = bytearray(path.read_bytes())
    middle = (content.find(b"mdat") + content.find(b"moov")) // 2
    content[middle : middle + 500] = bytes(500)
    path.write_bytes(content)


def keep_half_of_the_samples(path: Path, *, whole_lines: bool) -> int:
    """Cut a BeGaze file; return the tracker's number of the last frame that is left whole."""
    lines = path.read_bytes().split(b"\r\n")
    first = next(number for number, line in enumerate(lines) if b"\tSMP\t" in line)
    kept = lines[: (first + len(lines)) // 2]
    end = b"\r\n" if whole_lines else b"\r\n" + lines[len(kept)][:20]
    path.write_bytes(b"\r\n".join(kept) + end)
    return _frame_of(kept[-1].decode())


def _frame_of(line: str) -> int:
    timecode = re.search(r"(\d\d):(\d\d):(\d\d):(\d\d)", line)
    if timecode is None:
        return int(line.split("\t")[5])
    hours, minutes, seconds, frames = map(int, timecode.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 24 + frames
