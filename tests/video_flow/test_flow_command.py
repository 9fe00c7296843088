"""What a user of the command gets, where nothing else of the project is."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from made_configs import FLOW

from pipeline.fanout import ALONE
from pipeline.flow.extract import extract_flow
from pipeline.frames.extract import extract_frames
from pipeline.frames.params import FramesConfig
from pipeline.frames.store import ImageReader
from pipeline.memo import Memo, file_digest
from pipeline.tables.sessions import SessionVideo, write_session_videos
from stages import flow

REPOSITORY = Path(__file__).resolve().parents[2]
WITHOUT = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has none
sys.modules |= {"mlflow": None, "dvc": None}
sys.argv[0] = "stages.flow"
runpy.run_module("stages.flow", run_name="__main__")
"""


def command(*arguments):
    return [sys.executable, "-c", WITHOUT, *map(str, arguments)]


def run(*arguments):
    flow.main([*map(str, arguments), "--backend", "opencv", "--preset", "wide"])


@pytest.fixture
def out(tmp_path):
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "flow.h5"


def graph_flow(folder, film, size):
    """Return the bytes that the stages frames and flow make of a video."""
    sessions = folder / "sessions.csv"
    write_session_videos(sessions, [SessionVideo("S1", "P1", film.name, 6, file_digest(film))])
    memo = Memo(folder / ".work", ())
    frames = FramesConfig(root=str(film.parent), size=size, quality=95)
    extract_frames(frames, sessions, folder / "frames", folder / "f.csv", memo=memo, crew=ALONE)
    extract_flow(FLOW, folder / "frames", folder / "flow", folder / "q.csv", memo=memo, crew=ALONE)
    return (folder / "flow" / "S1.h5").read_bytes()


@pytest.mark.parametrize("size", ["48", "40x36"])
def test_the_file_is_byte_for_byte_that_of_the_graph(tmp_path, film, out, size):
    video = film(6)
    run("--video", video, "--out", out, "--size", size)
    given = int(size) if size.isdecimal() else size
    assert out.read_bytes() == graph_flow(tmp_path, video, given)


def test_blocks_and_threads_change_no_byte(film, out, monkeypatch):
    video = film(8)
    run("--video", video, "--out", out)
    whole = out.read_bytes()
    monkeypatch.setattr("pipeline.flow.blocks.PIXELS_PER_BLOCK", 3 * 64 * 48)
    run("--video", video, "--out", out, "--threads", "3")
    assert out.read_bytes() == whole


def test_without_a_size_frames_keep_their_own_and_the_store_says_it(film, out):
    run("--video", film(3), "--out", out, "--bound", "15")
    store = ImageReader(out)
    assert str(store.size) == "64x48"
    assert store.parameters["frames"]["size"] == "64x48"
    assert store.parameters["bound_pixels"] == 15.0
    assert store.videos == ["3.mp4"]
    assert store.num_items == 2


def test_a_colon_in_a_videos_name_is_no_protocol(film, out, monkeypatch):
    video = film(3)
    monkeypatch.chdir(video.parent)
    video.rename("a:b.mp4")
    run("--video", "a:b.mp4", "--out", out)
    assert ImageReader(out).videos == ["a:b.mp4"]


def test_it_tells_pairs_rate_and_clipped_share(film, out, capsys):
    run("--video", film(4), "--out", out, "--bound", "0.5")
    told = capsys.readouterr()
    assert re.search(r"flow\.h5: 3 pairs of 64x48 by opencv; .* pairs/s; [\d.]+% of", told.out)
    assert "flow by opencv: 3/3 pair" in told.err


def test_the_preview_has_a_frame_a_pair_at_the_videos_rate(film, out, capsys):
    preview = out.with_name("preview.mp4")
    run("--video", film(5), "--out", out, "--preview", preview)
    with av.open(str(preview)) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == 24
    assert len(shown) == 4
    red, green, blue = np.median(shown[1][80:150, 360:460], axis=(0, 1))  # moves to the right
    assert red > 200 > green
    assert abs(green - blue) < 40
    assert "full colour is 2" in capsys.readouterr().out


def test_a_video_of_one_frame_has_an_empty_store_and_no_preview(film, out, capsys):
    run("--video", film(1), "--out", out, "--preview", out.with_name("p.mp4"))
    store = ImageReader(out)
    assert (store.num_items, store.videos, str(store.size)) == (0, ["1.mp4"], "64x48")
    assert "no pairs, since" in capsys.readouterr().out
    assert [path.name for path in out.parent.iterdir()] == ["flow.h5"]


def no_such_file(video):
    video.unlink()


def no_video(video):
    video.write_text("nothing to see\n" * 50)


def cut(video):
    os.truncate(video, video.stat().st_size // 2)


def sound_only(video):
    with av.open(str(video), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (no_such_file, r"--video: found no file .*4\.mp4"),
        (no_video, r"4\.mp4: unreadable: found Invalid data"),
        (cut, r"4\.mp4: unreadable: found"),
        (sound_only, r"4\.mp4: unreadable: found no video stream"),
    ],
)
def test_a_video_that_is_none_is_one_clear_line(film, out, capsys, change, message):
    video = film(4)
    change(video)
    with pytest.raises(SystemExit) as ended:
        run("--video", video, "--out", out)
    said = ended.value.code if isinstance(ended.value.code, str) else capsys.readouterr().err
    assert re.search(message, said)
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "/nowhere/at/all/flow.h5"], "--out: found no folder /nowhere/at/all; make it"),
        (["--preview", "/nowhere/p.mp4"], "--preview: found no folder /nowhere"),
        (["--out", "/"], "--out: / is not to be written over"),
        (["--size", "wide"], "argument --size: found 'wide'; give the short side"),
        (["--bound", "0"], "argument --bound: found '0', expected a number above 0"),
        (["--quality", "101"], "argument --quality: found '101', expected 1 to 100"),
        (["--threads", "-1"], "argument --threads: found '-1', expected a whole number from 1"),
        (["--preset", "fast"], "argument --preset: invalid choice: 'fast'"),
        (["--vid", "x"], "unrecognized arguments: --vid x"),
    ],
)
def test_a_slip_is_named_before_any_work(film, out, capsys, options, message):
    with pytest.raises(SystemExit) as ended:
        flow.main(["--video", str(film(2)), "--out", str(out), *options])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_an_absent_backend_is_named_with_those_that_would_do(film, out):
    with pytest.raises(SystemExit, match=r"flow: .*backend=opencv_cuda.*'opencv' has semantics"):
        flow.main(["--video", str(film(2)), "--out", str(out), "--backend", "opencv_cuda"])
    assert list(out.parent.iterdir()) == []


def test_help_tells_of_the_command_the_shard_and_the_format(capsys):
    with pytest.raises(SystemExit) as ended:
        flow.main(["--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    for word in ("--video", "--preview", "--shard", "Pair k", "begins anew", "encoded_between"):
        assert word in told


@pytest.mark.slow
def test_it_runs_anywhere_without_dvc_mlflow_or_params(film, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    arguments = ("--video", film(3), "--out", "flow.h5", "--backend", "opencv")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    ended = subprocess.run(
        command(*arguments), cwd=folder, env=environment, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert b"flow.h5: 2 pairs of 64x48" in ended.stdout
    assert [path.name for path in folder.iterdir()] == ["flow.h5"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_leaves_no_file_and_an_old_one_as_it_was(film, out, number):
    out.write_bytes(b"old")
    preview = out.with_name("preview.mp4")
    arguments = ("--video", film(40), "--out", out, "--preview", preview, "--backend", "opencv")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(command(*arguments), env=environment, stderr=subprocess.DEVNULL)
    while len(list(out.parent.iterdir())) < 2 and process.poll() is None:
        time.sleep(0.01)  # until the preview's part is there
    process.send_signal(number)
    assert process.wait(60) != 0
    assert [path.name for path in out.parent.iterdir()] == ["flow.h5"]
    assert out.read_bytes() == b"old"
