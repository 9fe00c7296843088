"""A small run's files, as the stages before report leave them: two sessions, eight clips."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.clips.store import ClipStore
from pipeline.evaluation.scores import Scores, no_scores, write_scores
from pipeline.frames.encode import encode_grey, encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.memo import Memo
from pipeline.quarantine import Quarantined, write_quarantine
from pipeline.reporting.content import Run, Surroundings
from pipeline.reporting.fingerprint import gather_fingerprint
from pipeline.reporting.image_sample import sample_images
from pipeline.reporting.measuring import Folders, Results, measure_run
from pipeline.reporting.params import ReportConfig
from pipeline.tables.clips import Clip, write_clips
from pipeline.tables.sessions import SessionVideo, write_session_videos

NAMES = ("Take cup", "Put cup", 'Cut <b>"tomato"</b> & onion', "Open fridge")
SIZE, NUM_FRAMES, WINDOW, CROP, BOUND = Size(20, 14), 9, 6, 12, 20.0
CLIPPED = {"S1": 56, "S2": 0}
"""Vectors that extraction counted as clipped; a session has 4 clips of 8 pairs of 280 vectors."""
TRAINING = np.array([0, 1, 2])
LINK = "http://127.0.0.1:5000/#/experiments/1/runs"
RUN, NO_RUN = Run("repro", f"{LINK}/2", LINK), Run("repro", "", "")
PARAMS = {"seed": 1, "model.attention": "stam"}
CONFIG = ReportConfig(
    root="/nowhere",
    dataset="kitchen",
    recipe="demo",
    attention="stam",
    split="official_split1",
    split_seed=None,
    validation="session",
    gaze="real",
    seed=0,
    overlay_clips=2,
)


@dataclass(frozen=True)
class Made:
    """A run's folders below one, and what the stage gives to the page."""

    root: Path

    @property
    def folders(self) -> Folders:
        return Folders(self.root / "data", self.root / "models", self.root / "reports")

    @property
    def memo(self) -> Memo:
        return Memo(self.root / ".work", [])

    def measure(self, config: ReportConfig = CONFIG, versions: dict | None = None) -> Results:
        sample = sample_images(self.folders.data, Path(config.root), config.sample_seed)
        folders = self.folders
        prints = gather_fingerprint(config, folders.data, folders.models, versions or {}, sample)
        return measure_run(config, folders, TRAINING, prints)

    def around(self, run: Run = RUN) -> Surroundings:
        store = ClipStore(self.folders.data / "clips", "rgb")
        sample = sample_images(self.folders.data, Path(CONFIG.root), 0)
        return Surroundings(store, sample, [], PARAMS, run, self.memo)


def make_run(root: Path) -> Made:
    made = Made(root)
    folders = made.folders
    folders.reports.mkdir(parents=True)
    write_index(folders)
    write_images(folders)
    pack(folders)
    write_all_scores(folders)
    write_explanations(folders)
    write_curves(folders)
    entry = Quarantined("frames", "S1", "S1-<3>", "", "decoding", "truncated & short")
    write_quarantine(folders.data / "quarantine" / "frames.csv", [entry])
    quality = {"total": {"samples": 1234, "valid_share": 0.8}, "sessions": {"S<1>": {"samples": 9}}}
    (folders.reports / "gaze_quality.json").write_text(json.dumps(quality))
    return made


def clips():
    return [make_clip(number) for number in range(8)]


def make_clip(number):
    session = f"S{1 + number % 2}"
    start = 20 * (number // 2)
    video = f"{session}/{number}.mp4"
    part = "train" if number < 3 else "validation" if number == 3 else "test"
    span = (start, start + NUM_FRAMES)
    return Clip(
        f"{session}-{number}", session, "P1", video, 0, NUM_FRAMES, *span, number % 3, 0, (0,), part
    )


def write_index(folders):
    index = folders.data / "index"
    index.mkdir(parents=True)
    with (index / "classes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "id", "source_id", "name", "verb", "nouns"])
        for number, name in enumerate(NAMES):
            writer.writerow(["action", number, number + 1, name, number % 2, f"{number}|0"])
        writer.writerow(["verb", 0, 1, "Take", "", ""])
    write_clips(index / "clips.csv", clips())
    rows = [SessionVideo(clip.session, "P1", clip.video, NUM_FRAMES, "d") for clip in clips()]
    write_session_videos(index / "sessions.csv", rows)


def write_images(folders):
    """Frame k of clip n is grey 10 n + k; flow is 4 pixels to the right in half of the image."""
    shaped = {"frames": {"size": 14}, "flow": {"bound_pixels": BOUND, "semantics": "opencv_cpu"}}
    for session, num_clipped in CLIPPED.items():
        own = [clip for clip in clips() if clip.session == session]
        for kind, images in (("frames", frame_images), ("flow", flow_images)):
            path = folders.data / kind / f"{session}.h5"
            with ImageWriter(path, kind, shaped[kind]) as writer:
                for clip in own:
                    writer.add_video(clip.video, SIZE, images(int(clip.clip.split("-")[1])))
                if kind == "flow":
                    writer.note("num_clipped", num_clipped)
        write_gaze(folders.data / "gaze" / f"{session}.h5", 20 * 4)


def pack(folders):
    data = folders.data
    for stage in ("index", "frames", "flow", "gaze"):
        write_quarantine(data / "quarantine" / f"{stage}.csv", [])
    dirs = StoreDirs(data / "frames", data / "flow", data / "gaze")
    pack_clips(
        PackConfig(max_quarantined_share=0.0),
        clips_csv=data / "index" / "clips.csv",
        stores=dirs,
        quarantine_dir=data / "quarantine",
        out_dir=data / "clips",
        summary_path=folders.reports / "quarantine.json",
    )


def frame_images(number):
    grey = [
        np.full((SIZE.height, SIZE.width, 3), 10 * number + k, np.uint8) for k in range(NUM_FRAMES)
    ]
    return [encode_rgb(image, 95) for image in grey]


def flow_images(number):
    still = np.full((SIZE.height, SIZE.width), 128, np.uint8)
    moving = still.copy()
    moving[:, : SIZE.width // 2] = 153  # (153 - 127.5) 20 / 127.5 = 4 pixels
    return [encode_grey(image, 100) for _ in range(NUM_FRAMES - 1) for image in (moving, still)]


def write_gaze(path, num_rows):
    """Gaze walks to the right, and is lost in the last frames of a clip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.arange(num_rows)
    with h5py.File(path, "w") as file:
        points = np.stack([frames % 20 / 20, np.full(num_rows, 0.4)], axis=1)
        file["points"] = points.astype(np.float32)
        file["kind"] = np.ones(num_rows, np.uint8)
        file["valid"] = frames % 20 < 7


def write_all_scores(folders):
    generator = np.random.default_rng(5)
    for stream in ("rgb", "flow", "fused"):
        scores = Scores(
            clips=np.array([clip.clip for clip in clips()[3:]]),
            parts=np.array(["validation"] + ["test"] * 4),
            labels=np.array([0, 1, 2, 0, 1]),
            logits=generator.normal(size=(5, len(NAMES))).astype(np.float32),
            protocol={"stride": 8},
        )
        write_scores(folders.data / "scores" / f"{stream}.h5", scores)
    write_scores(folders.data / "scores" / "joint.h5", no_scores())


def write_explanations(folders):
    """RGB has maps, and Grad-CAM++ of one clip; flow has features alone."""
    (folders.data / "explain").mkdir(parents=True)
    generator = np.random.default_rng(0)
    tested = clips()[3:]
    for stream in ("rgb", "flow"):
        with h5py.File(folders.data / "explain" / f"{stream}.h5", "w") as file:
            write_windows(file, tested)
            write_words(file, "part", [clip.part for clip in tested])
            file["features"] = generator.random((len(tested), 5), np.float32)
            file.attrs["crop"] = CROP
            if stream == "rgb":
                file["maps"] = generator.random((2 * len(tested), 2, 3, 3), np.float32)
                sample = file.create_group("sample")
                write_windows(sample, tested[2:3])
                sample["maps"] = generator.random((2, 2, 3, 3), np.float32)
                for kind in ("attention", "grad_cam", "random"):
                    sample[f"deletion/{kind}"] = np.array([[0.8, 0.4, 0.0]])
                    sample[f"insertion/{kind}"] = np.array([[0.0, 0.6, 0.8]])


def write_windows(file, of_clips):
    write_words(file, "clip", [clip.clip for clip in of_clips])
    file["first"] = np.arange(0, 2 * len(of_clips) + 1, 2)
    windows = np.array([[0], [3]]) + np.arange(WINDOW)
    file["window_frames"] = np.tile(windows, (len(of_clips), 1))


def write_words(file, name, words):
    file.create_dataset(name, data=np.array(words, object), dtype=h5py.string_dtype())


def write_curves(folders):
    for stream in ("rgb", "flow"):
        (folders.models / stream).mkdir(parents=True)
        (folders.models / stream / "model.pt").write_bytes(stream.encode())
        lines = [
            "epoch,iteration,lr,train/loss,val/loss,val/top1",
            "1,5,0.1,2.0,,",
            "2,9,0.1,1,1.5,.4",
        ]
        (folders.models / stream / "train.csv").write_text("\n".join(lines) + "\n")
