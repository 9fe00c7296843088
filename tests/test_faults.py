"""What a user gets for broken input, from the files of a data set to packed clips."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from faults_run import (
    KITCHEN,
    STAGES,
    Run,
    blank_pictures,
    cut,
    edit_list,
    keep_half_of_the_samples,
    put_table_first,
)

from pipeline.annotations.errors import AnnotationError
from pipeline.clips.tally import PackError
from pipeline.fanout import ALONE, FanOutError
from pipeline.frames.store import ImageReader, StoreError
from pipeline.gaze.verdicts import BROKEN_FILE, NO_FILE, WRONG_LENGTH
from pipeline.kitchen.writing import write_kitchen
from pipeline.progress import Progress
from pipeline.tables.clips import Clip

pytestmark = pytest.mark.slow

NUM_CLIPS = KITCHEN.clips
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
PAIRS_PER_BLOCK = 8
SCRIPT = f"""
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from faults_run import Run
from pipeline.flow import blocks
from pipeline.flow.backends import BACKENDS
opencv, calls = BACKENDS["opencv"], []
def compute(pairs, *how):
    calls.append(len(pairs))
    if len(calls) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return opencv.compute(pairs, *how)
BACKENDS["opencv"] = replace(opencv, compute=compute)
blocks.PIXELS_PER_BLOCK = {PAIRS_PER_BLOCK} * 32 * 42
Run(Path(sys.argv[1])).flow()
print(len(calls))
"""
BOTH = f"""
import sys
from dataclasses import replace
from pathlib import Path
from faults_run import Run
from pipeline.fanout import Crew
from pipeline.flow import blocks
from pipeline.flow.backends import BACKENDS
opencv, folder = BACKENDS["opencv"], Path(sys.argv[1])
def compute(*pairs_and_how):
    (folder / "begun").touch()
    return opencv.compute(*pairs_and_how)
BACKENDS["opencv"] = replace(opencv, compute=compute)  # also in the workers, which import this
blocks.PIXELS_PER_BLOCK = {PAIRS_PER_BLOCK} * 32 * 42
if __name__ == "__main__":
    Run(folder).flow(Crew(2, cluster=None, gpus=(), shard=None))
"""
LIMITED = f"""
import resource, sys
from pathlib import Path
from faults_run import Run
from pipeline.flow import blocks
blocks.PIXELS_PER_BLOCK = {PAIRS_PER_BLOCK} * 32 * 42
run, stage = Run(Path(sys.argv[1])), sys.argv[2]
largest = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
for limit in map(int, sys.argv[3:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, largest))
    try:
        getattr(run, stage)()
    except Exception as error:
        print(limit, type(error).__name__, "File too large" in str(error))
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the whole run on a sound set."""
    run = Run(tmp_path_factory.mktemp("sound"))
    with Progress("kitchen", KITCHEN.sessions, "session") as progress:
        write_kitchen(KITCHEN, run.root, ALONE, progress)
    return run.all()


@pytest.fixture
def run(sound: Run, tmp_path: Path) -> Run:
    """Return a copy of the sound set that no stage has seen."""
    shutil.copytree(sound.root, tmp_path / "set")
    return Run(tmp_path)


@pytest.fixture
def done(sound: Run, tmp_path: Path) -> Run:
    """Return a copy of the whole sound run, without its memo store."""
    for name in ("set", "data"):
        shutil.copytree(sound.folder / name, tmp_path / name)
    return Run(tmp_path)


@pytest.fixture
def victim(sound: Run) -> Clip:
    return next(clip for clip in sound.clips.values() if clip.part == "train")


@pytest.fixture
def session(sound: Run) -> str:
    """Return a session with clips in train and in test, both early and late."""
    return next(clip.session for clip in sound.clips.values() if clip.part == "test")


def of_session(run: Run, session: str, part: str) -> list[Clip]:
    return [clip for clip in run.clips.values() if (clip.session, clip.part) == (session, part)]


def lists(run: Run) -> list[tuple[str, str, str, str]]:
    """Return stage, session, clip and reason of all entries of all lists."""
    return [(entry.stage, entry.session, entry.clip, entry.reason) for entry in run.entries]


def check_counts(
    run: Run, stage: str, reasons: dict[str, int], num_listed: int = NUM_CLIPS
) -> None:
    """The summary has these counts and no others, and pack stops just below their share."""
    num_left_out = sum(reasons.values())
    summary = run.summary
    assert summary["stages"] == {name: reasons if name == stage else {} for name in STAGES}
    assert (summary["listed"], summary["quarantined"]) == (num_listed, num_left_out)
    assert summary["usable"] == num_listed - num_left_out
    assert summary["share"] == num_left_out / num_listed
    packed = run.stores("clips")
    with pytest.raises(PackError) as stopped:
        run.pack(max_share=num_left_out / num_listed - 1e-6)
    assert f"{num_left_out} of {num_listed} listed clips" in str(stopped.value)
    for reason, count in reasons.items():
        assert [stage, *reason.split(), str(count)] in [
            line.split() for line in str(stopped.value).splitlines()
        ]
    assert run.stores("clips") == packed
    run.pack(max_share=num_left_out / num_listed)


def check_others(run: Run, sound: Run, left_out: Iterable[str]) -> None:
    """Every other clip, and only these, is seen as in the sound run, byte for byte."""
    expected = sound.seen()
    for name in left_out:
        del expected[name]
    assert run.seen() == expected


def test_a_sound_set_leaves_nothing_out(sound):
    assert lists(sound) == []
    assert sound.summary["listed"] == sound.summary["usable"] == len(sound.seen()) == NUM_CLIPS
    assert sound.summary["usable_without_gaze"] == 0
    sound.pack(max_share=0.0)


def cut_in_the_middle(path: Path) -> str:
    cut(path, path.stat().st_size // 2)
    return "damaged, cut off, or no video"


def cut_late_with_the_table_first(path: Path) -> str:
    ends = put_table_first(path)
    cut(path, ends[-3] + 5)
    return f"it holds {len(ends) - 1} of {len(ends)} frames"


def cut_between_two_frames(path: Path) -> str:
    ends = put_table_first(path)
    cut(path, ends[len(ends) // 2])
    return f"it holds {len(ends) // 2 + 1} of {len(ends)} frames"


def empty(path: Path) -> str:
    path.write_bytes(b"")
    return "zero bytes"


def remove(path: Path) -> str:
    path.unlink()
    return "no file"


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (cut_in_the_middle, "unreadable_container"),
        (cut_late_with_the_table_first, "truncated_video"),
        (cut_between_two_frames, "truncated_video"),
        (empty, "empty_file"),
        (remove, "missing_video"),
    ],
)
def test_a_broken_file_is_left_out_by_index_alone(
    run: Run, sound: Run, victim: Clip, damage: Callable[[Path], str], reason: str
):
    detail = damage(run.root / victim.video)
    run.all()
    assert lists(run) == [("index", victim.session, victim.clip, reason)]
    assert run.entries[0].video == victim.video
    assert detail in run.entries[0].detail
    assert victim.video in run.entries[0].detail
    check_counts(run, "index", {reason: 1})
    check_others(run, sound, [victim.clip])


def test_pictures_that_do_not_decode_are_left_out_by_frames(run, sound, victim):
    blank_pictures(run.root / victim.video)
    run.all()
    assert lists(run) == [("frames", victim.session, "", "corrupt")]
    assert run.entries[0].video == victim.video
    check_counts(run, "frames", {"corrupt": 1})
    check_others(run, sound, [victim.clip])


def test_a_video_that_broke_after_index_stops_frames_and_is_not_remembered_as_broken(
    run, sound, victim
):
    run.index()
    path = run.root / victim.video
    whole = path.read_bytes()
    cut(path, len(whole) // 2)
    with pytest.raises(FanOutError, match=r"found other bytes than index did.*`dvc repro`") as stop:
        run.frames()
    assert str(path) in str(stop.value)
    path.write_bytes(whole)
    run.frames()
    assert run.stores("frames") == sound.stores("frames")


def test_a_set_without_a_sound_video_stops_index_with_the_reasons(run):
    for path in run.root.glob("cropped_clips/*/*.mp4"):
        empty(path)
    with pytest.raises(
        AnnotationError, match=f"no clip of kitchen.*{NUM_CLIPS} empty_file"
    ) as stop:
        run.index()
    assert str(run.list_path("index")) in str(stop.value)
    assert not (run.data / "index").exists()


def test_without_a_gaze_file_training_clips_go_and_test_clips_stay(run, sound, session):
    (run.root / "gaze_data" / f"{session}.txt").unlink()
    run.all()
    gone = [clip.clip for clip in of_session(sound, session, "train")]
    stay = [clip.clip for clip in of_session(sound, session, "test")]
    assert lists(run) == [("gaze", session, "", NO_FILE)]
    assert "supervision.gaze: none" in run.entries[0].detail
    check_counts(run, "gaze", {NO_FILE: len(gone)})
    assert run.summary["usable_without_gaze"] == len(stay) > 0
    assert run.quality["without_gaze"] == [session]
    seen, whole = run.seen(), sound.seen()
    assert seen.keys() == whole.keys() - set(gone)
    assert {name: images[:2] for name, images in seen.items()} == {
        name: whole[name][:2] for name in seen
    }
    assert not any(any(seen[name][3]) for name in stay)


def test_without_a_gaze_file_nothing_goes_where_gaze_is_not_required(run, session):
    (run.root / "gaze_data" / f"{session}.txt").unlink()
    free = Run(run.folder, gaze_required=False).all()
    assert lists(free) == []
    clips = [clip for clip in free.clips.values() if clip.session == session]
    assert free.summary["usable"] == NUM_CLIPS
    assert free.summary["usable_without_gaze"] == len(clips) > 0


def test_gaze_that_ends_early_takes_out_the_training_clips_beyond_it(run, sound, session):
    last = keep_half_of_the_samples(run.root / "gaze_data" / f"{session}.txt", whole_lines=True)
    run.all()
    gone = [c.clip for c in of_session(sound, session, "train") if c.session_stop > last + 1 + 2]
    beyond = [c.clip for c in of_session(sound, session, "test") if c.session_stop > last + 1 + 2]
    assert 0 < len(gone) < len(of_session(sound, session, "train"))
    listed = {(entry.stage, entry.clip, entry.reason) for entry in run.entries}
    assert listed == {("gaze", name, WRONG_LENGTH) for name in [*gone, *beyond]}
    assert all(f"found gaze of session frames 0 to {last}" in e.detail for e in run.entries)
    check_counts(run, "gaze", {WRONG_LENGTH: len(gone)})
    assert run.summary["usable_without_gaze"] >= len(beyond) > 0
    assert run.quality["sessions"][session]["header_mismatches"] == 1
    seen, whole = run.seen(), sound.seen()
    assert seen.keys() == whole.keys() - set(gone)
    changed = {name for name in seen if seen[name] != whole[name]}
    assert {run.clips[name].session for name in changed} == {session}
    assert all(run.clips[name].session_stop > last for name in changed)


def test_gaze_cut_within_a_line_takes_out_its_session(run, sound, session):
    keep_half_of_the_samples(run.root / "gaze_data" / f"{session}.txt", whole_lines=False)
    run.all()
    gone = [clip.clip for clip in of_session(sound, session, "train")]
    assert lists(run) == [("gaze", session, "", BROKEN_FILE)]
    assert "a cut file?" in run.entries[0].detail
    check_counts(run, "gaze", {BROKEN_FILE: len(gone)})
    assert run.summary["usable_without_gaze"] == len(of_session(sound, session, "test"))
    assert run.seen().keys() == sound.seen().keys() - set(gone)


def test_an_unknown_class_id_takes_out_its_row(run, sound, victim):
    line = f"{victim.clip} {victim.action + 1} {victim.verb + 1} {victim.nouns[0] + 1}\n"
    edit_list(run, "train_split1.txt", (line, f"{victim.clip} 107 {victim.verb + 1} 1\n"))
    run.all()
    assert lists(run) == [("index", victim.session, victim.clip, "unknown_class")]
    assert "action id 107, but action_idx.txt has 1 to 4 (train_split1.txt, line" in (
        run.entries[0].detail
    )
    check_counts(run, "index", {"unknown_class": 1})
    check_others(run, sound, [victim.clip])


def row_of(clip: Clip) -> str:
    return f"{clip.clip} {clip.action + 1} {clip.verb + 1} {clip.nouns[0] + 1}\n"


def test_a_row_that_stands_twice_is_used_once(run, sound, victim):
    edit_list(run, "train_split1.txt", (row_of(victim), 2 * row_of(victim)))
    run.all()
    assert lists(run) == [("index", victim.session, victim.clip, "duplicate_clip")]
    assert "which is kept" in run.entries[0].detail
    check_counts(run, "index", {"duplicate_clip": 1}, num_listed=NUM_CLIPS + 1)
    check_others(run, sound, [])


def test_a_clip_in_train_and_test_is_in_neither(run, sound, victim):
    path = run.root / "action_annotation" / "test_split1.txt"
    path.write_text(path.read_text() + row_of(victim))
    run.all()
    assert lists(run) == 2 * [("index", victim.session, victim.clip, "in_several_parts")]
    places = " ".join(entry.detail for entry in run.entries)
    assert "train_split1.txt, line" in places
    assert "test_split1.txt, line" in places
    check_counts(run, "index", {"in_several_parts": 2}, num_listed=NUM_CLIPS + 1)
    check_others(run, sound, [victim.clip])


def test_several_faults_are_counted_each_at_its_stage(run, sound, session):
    first, second, *_ = of_session(sound, session, "train")
    empty(run.root / first.video)
    blank_pictures(run.root / second.video)
    (run.root / "gaze_data" / f"{session}.txt").unlink()
    run.all()
    left = len(of_session(sound, session, "train")) - 2
    counts = {stage: dict(reasons) for stage, reasons in run.summary["stages"].items() if reasons}
    assert counts == {
        "index": {"empty_file": 1},
        "frames": {"corrupt": 1},
        "gaze": {NO_FILE: left},
    }
    assert run.summary["listed"] == NUM_CLIPS
    with pytest.raises(PackError, match=f"{left + 2} of {NUM_CLIPS} listed clips"):
        run.pack(max_share=(left + 1) / NUM_CLIPS)


OUTS = {"frames": "frames", "flow": "flow", "gaze": "gaze", "pack": "clips"}


@pytest.mark.parametrize("stage", OUTS)
def test_a_disk_that_is_full_at_the_end_of_a_file_stops_the_stage(
    done: Run, sound: Run, stage: str, monkeypatch: pytest.MonkeyPatch
):
    def full(_file: int) -> None:
        raise FULL

    out_dir = done.data / OUTS[stage]
    shutil.rmtree(out_dir)
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.atomic.os.fsync", full)
        with pytest.raises((FanOutError, OSError), match="No space left on device") as stopped:
            getattr(done, stage)()
    assert str(stopped.value).lower().count("free space on that disk and run again") == 1
    assert str(done.folder) in str(stopped.value)
    assert not out_dir.exists() or list(out_dir.iterdir()) == []
    getattr(done, stage)()
    assert done.stores(OUTS[stage]) == sound.stores(OUTS[stage])


class FullDisk:
    """Makes unnamed files that take some bytes and no more."""

    def __init__(self, num_bytes: int) -> None:
        self.left = num_bytes
        self.make = tempfile.TemporaryFile

    def __call__(self, dir: Path):  # noqa: A002 - as it is called
        file = self.make(dir=dir)
        write = file.write

        def write_some(content: bytes) -> int:
            self.left -= len(content)
            if self.left < 0:
                raise FULL
            return write(content)

        return _Spool(file, write_some)


class _Spool:
    def __init__(self, file, write):
        self.file = file
        self.write = write

    def __enter__(self):
        return self

    def __exit__(self, *_fault):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("stage", ["frames", "flow"])
def test_a_disk_that_fills_up_names_the_file_and_what_to_do(
    done: Run, sound: Run, stage: str, monkeypatch: pytest.MonkeyPatch
):
    out_dir = done.data / stage
    sizes = {name: len(content) for name, content in sound.stores(stage).items()}
    shutil.rmtree(out_dir)
    with monkeypatch.context() as patch:
        full = FullDisk(max(sizes.values()))
        patch.setattr("pipeline.frames.store_writer.tempfile.TemporaryFile", full)
        with pytest.raises(FanOutError, match=r"could not be written.*No space left") as stopped:
            getattr(done, stage)()
    assert "Free space on that disk and run again: finished sessions are kept" in str(stopped.value)
    assert ".h5: could not be written" in str(stopped.value)
    assert str(done.folder) in str(stopped.value)
    whole = {path.name for path in out_dir.iterdir()}
    assert len(whole) < len(sizes)
    assert all(name.endswith(".h5") for name in whole)
    getattr(done, stage)()
    assert done.stores(stage) == sound.stores(stage)


def test_a_full_disk_while_packing_names_the_file_and_what_to_do(done, monkeypatch):
    def full(_path: Path, _content: object) -> int:
        raise FULL

    shutil.rmtree(done.data / "clips")
    monkeypatch.setattr(Path, "write_bytes", full)
    name = min(path.name for path in (done.data / "frames").iterdir())
    message = rf"clips/{name}: could not be written.*No space left.*Free space .* and run again"
    with pytest.raises(StoreError, match=message):
        done.pack()
    assert list((done.data / "clips").iterdir()) == []


def script(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run code that imports the library and these tests' helpers in a process of its own."""
    tests = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("stage", "error"), [("flow", "FanOutError"), ("pack", "StoreError")])
def test_a_write_that_the_system_refuses_is_an_error_and_no_crash(done, sound, stage, error):
    """HDF5 that fails to write a file crashes the process when it closes it.

    It does so at some sizes only: where pictures fit and tables do not.
    """
    largest = max(len(content) for content in sound.stores(OUTS[stage]).values())
    shutil.rmtree(done.data / OUTS[stage])
    limits = list(range(1000, min(largest, 30_000), 2000))
    ended = script(LIMITED, done.folder, stage, *limits)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [f"{limit} {error} True" for limit in limits]
    assert "Traceback" not in ended.stderr
    getattr(done, stage)()
    assert done.stores(OUTS[stage]) == sound.stores(OUTS[stage])


def test_flow_killed_in_the_middle_goes_on_and_ends_equal(done, sound):
    shutil.rmtree(done.data / "flow")
    num_blocks = [
        -(-ImageReader(path).num_items // PAIRS_PER_BLOCK)
        for path in (sound.data / "flow").iterdir()
    ]
    killed_at = min(num_blocks) - 1
    killed = script(SCRIPT, done.folder, killed_at)
    assert killed.returncode == -signal.SIGKILL
    assert not list((done.data / "flow").glob("*.h5"))
    resumed = script(SCRIPT, done.folder, -1)
    assert resumed.returncode == 0, resumed.stderr
    again = int(resumed.stdout) - (sum(num_blocks) - killed_at)
    assert again in {1, 2}  # the block that was computed, and the one before, not yet written
    assert done.stores("flow") == sound.stores("flow")
    done.gaze()
    done.pack()
    assert done.seen() == sound.seen()


def test_flow_killed_at_five_random_moments_ends_equal(done, sound, tmp_path):
    """Each kill comes before a sixth of the undisturbed time, so that all five find it at work."""
    program = tmp_path / "both.py"
    program.write_text(BOTH)
    tests = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    begun = done.folder / "begun"
    expected = sound.stores("flow")

    def begin() -> subprocess.Popen[bytes]:
        begun.unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, program, done.folder], env=environment)
        while process.poll() is None and not begun.exists():
            time.sleep(0.005)
        return process

    undisturbed, started = begin(), time.monotonic()
    assert undisturbed.wait() == 0
    seconds = time.monotonic() - started
    shutil.rmtree(done.folder / ".work")
    moments = np.random.default_rng().uniform(0, seconds / 6, 5)
    for moment in moments:
        process = begin()
        time.sleep(moment)
        process.kill()
        assert process.wait() == -signal.SIGKILL, moments
        for path in (done.data / "flow").glob("*.h5"):
            assert path.read_bytes() == expected[path.name], moments
    assert begin().wait() == 0
    assert done.stores("flow") == expected, moments
