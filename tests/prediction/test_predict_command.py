"""What a user of the command gets, where nothing else of the project is."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from prediction.films import cut, frame_times, turn, write_film, write_sound

from pipeline.gaze.frames import empty_gaze
from stages import predict

REPOSITORY = Path(__file__).resolve().parents[2]
GAZE = Path(__file__).parents[1] / "gaze"


@pytest.fixture
def run(run_dir, capsys):
    """Return a function that predicts by RGB alone, and what it printed."""

    def command(*arguments, stream="rgb"):
        folders = ("--models", run_dir / "models", "--data", run_dir / "data", "--stream", stream)
        predict.main([str(word) for word in (*arguments, *folders)])
        return capsys.readouterr()

    return command


def test_a_video_is_told_in_lines(run, tmp_path):
    told = run(write_film(tmp_path / "a.mp4", 36))
    lines = told.out.splitlines()
    assert lines[0] == "a.mp4: 36 frames, 0:01.5, 2 segments"
    assert re.match("scores: RGB alone; confidence: calibrated, temperature .* 20 val", lines[1])
    assert re.match(r" +0:00\.0 +0:01\.0  [A-Z].* \d+%, .* \d+%", lines[2])
    assert "predict: 36/36 frame" in told.err


def test_record_and_overlay_are_written_and_agree(run, tmp_path):
    video, record, overlay = write_film(tmp_path / "a.mp4", 30), tmp_path / "o.json", "o.mp4"
    run(video, "--json", record, "--out", tmp_path / overlay, "--length", "0.5")
    made = json.loads(record.read_text())
    assert [row["start"] for row in made["segments"]] == [0.0, 0.25, 0.5, 0.75]
    assert made["segments_every"] == {"length": 0.5, "stride": 0.25}
    assert len(frame_times(tmp_path / overlay)) == 30
    assert made["fusion"] is made["gaze"] is None


@pytest.mark.slow
def test_both_streams_are_asked_and_fused(run, tmp_path):
    record = tmp_path / "o.json"
    told = run(write_film(tmp_path / "a.mp4", 20), "--json", record, stream="auto")
    made = json.loads(record.read_text())
    assert set(made["networks"]) == {"rgb", "flow"}
    assert made["flow"]["backend"] == "opencv"
    assert made["fusion"]["rgb_weight"] == 0.5
    assert "RGB and flow, logits averaged by 0.5 and 0.5" in told.out


VARIED = [0.0, 0.03, 0.4, 0.41, 1.2, 1.3, 3.0]


@pytest.mark.parametrize(
    ("make", "counts"),
    [
        (lambda path: write_film(path, 7, times=VARIED), "7 frames, 0:03"),
        (lambda path: turn(write_film(path, 12)), "12 frames"),
        (lambda path: write_film(path, 12, size=(51, 37)), "12 frames"),
        (lambda path: write_film(path, 1), "1 frames, 0:00.0, 1 segments"),
        (lambda path: write_film(path, 3), "3 frames, 0:00.1, 1 segments"),
    ],
    ids=["variable rate", "turned", "odd size", "one frame", "shorter than a window"],
)
def test_videos_of_all_kinds_are_predicted(run, tmp_path, make, counts):
    overlay = tmp_path / "o.mp4"
    told = run(make(tmp_path / "a.mp4"), "--out", overlay)
    assert counts in told.out
    assert len(frame_times(overlay)) == int(counts.split()[0])


def test_a_cut_video_is_predicted_as_far_as_it_goes_and_the_loss_is_told(run, tmp_path):
    record = tmp_path / "o.json"
    told = run(cut(write_film(tmp_path / "a.mp4", 72), 0.6), "--json", record)
    summary = json.loads(record.read_text())["summary"]
    assert summary["num_declared"] == 72
    assert 20 < summary["num_frames"] < 60
    assert summary["seconds_lost"] == pytest.approx(3 - summary["num_frames"] / 24, abs=0.01)
    said = r"a\.mp4: \d+ of 72 frames \(\d\.\d s\) could be decoded, \d\.\d s are missing"
    assert re.search(said, told.err)


def no_picture(path):
    write_sound(path)


def text(path):
    path.write_text("no video\n" * 40)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_picture, r"predict: .*a\.mp4: found no video stream \(it holds audio\)"),
        (text, r"predict: .*a\.mp4: not readable as a video: found Invalid data"),
        (lambda path: path.touch(), r"predict: .*a\.mp4: not readable .* in 0 bytes"),
        (lambda _: None, r"error: found no file .*a\.mp4"),
    ],
)
def test_what_is_no_video_is_one_message_and_no_file(run, tmp_path, capsys, make, message):
    video = tmp_path / "in" / "a.mp4"
    video.parent.mkdir()
    make(video)
    with pytest.raises(SystemExit) as ended:
        run(video, "--out", tmp_path / "o.mp4", "--json", tmp_path / "o.json")
    said = ended.value.code if isinstance(ended.value.code, str) else capsys.readouterr().err
    assert re.search(message, said)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_folder_without_networks_says_what_was_looked_for(tmp_path, run_dir):
    video = write_film(tmp_path / "a.mp4", 2)
    with pytest.raises(SystemExit, match=r"predict: found no trained network.*rgb/model\.pt"):
        predict.main([str(video), "--models", str(tmp_path), "--data", str(run_dir / "data")])
    with pytest.raises(SystemExit, match=r"predict: .*frames\.yaml: no such file; run `dvc repro`"):
        predict.main([str(video), "--models", str(tmp_path), "--data", str(tmp_path)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "/nowhere/at/all/o.mp4"], "--out: found no folder /nowhere/at/all; make it"),
        (["--json", "/"], "--json: / is not to be written over"),
        (["--gaze", "g.txt"], "--gaze: gaze is drawn, and nothing else; give --out too"),
        (["--length", "0"], "argument --length: found '0', expected a number above 0"),
        (["--rate", "fast"], "argument --rate: found 'fast', expected a number above 0"),
        (["--gaze-start", "-1"], "argument --gaze-start: found '-1', expected a whole number"),
        (["--stream", "both"], "argument --stream: invalid choice: 'both'"),
        (["--model", "x"], "unrecognized arguments: --model x"),
    ],
)
def test_a_slip_is_named_before_any_work(tmp_path, capsys, options, message):
    with pytest.raises(SystemExit) as ended:
        predict.main([str(write_film(tmp_path / "a.mp4", 1)), *options])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_video_is_not_written_over(tmp_path, capsys):
    video = str(write_film(tmp_path / "a.mp4", 1))
    for options in (["--out", video], ["--json", video]):
        with pytest.raises(SystemExit):
            predict.main([video, *options])
    with pytest.raises(SystemExit):
        predict.main([video, "--out", str(tmp_path / "x"), "--json", str(tmp_path / "x")])
    assert "--json: " in capsys.readouterr().err
    assert len(frame_times(Path(video))) == 1


def test_a_wish_for_less_motion_takes_fewer_frames(run, tmp_path):
    record = tmp_path / "o.json"
    run(write_film(tmp_path / "a.mp4", 48, rate=48), "--json", record, "--rate", "12")
    rows = json.loads(record.read_text())["segments"]
    assert [row["num_frames"] for row in rows] == [12]


def test_gaze_is_read_as_the_graph_does_and_drawn(run, tmp_path, monkeypatch):
    gaze = empty_gaze(40)
    gaze.points[12:20], gaze.valid[12:20] = 0.5, True
    asked = []
    monkeypatch.setattr(
        "pipeline.prediction.run.read_own_gaze", lambda *words: asked.append(words) or gaze
    )
    video = write_film(tmp_path / "a.mp4", 10)
    told = ("--gaze", tmp_path / "gaze.txt", "--gaze-start", "12")
    run(video, "--out", tmp_path / "with.mp4", "--json", tmp_path / "o.json", *told)
    made = json.loads((tmp_path / "o.json").read_text())["gaze"]
    assert made["use"] == "drawn, not seen by any network"
    assert asked[0][1] == "begaze"
    assert asked[0][2].valid_kinds == ("fixation", "saccade")
    assert np.isfinite(gaze.points[12]).all()


def test_a_gaze_file_that_is_absent_is_named(run, tmp_path):
    video = write_film(tmp_path / "a.mp4", 2)
    with pytest.raises(SystemExit, match=r"predict: .*nowhere\.txt"):
        run(video, "--out", tmp_path / "o.mp4", "--gaze", tmp_path / "nowhere.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_help_tells_of_confidence_rate_and_gaze(capsys):
    with pytest.raises(SystemExit) as ended:
        predict.main(["--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    for word in ("temperature", "--rate 24", "never shown to a network", "docs/predict.md"):
        assert word in told


def command(run_dir, *arguments):
    folders = ["--models", run_dir / "models", "--data", run_dir / "data", "--stream", "rgb"]
    code = (
        "import runpy, signal, sys; sys.modules |= {'mlflow': None, 'dvc': None};"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "sys.argv[0] = 'stages.predict'; runpy.run_module('stages.predict', run_name='__main__')"
    )
    return [sys.executable, "-c", code, *map(str, [*arguments, *folders])]


@pytest.mark.slow
def test_it_runs_anywhere_without_dvc_and_mlflow_and_leaves_nothing_else(run_dir, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    video = write_film(tmp_path / "a.mp4", 5)
    ended = subprocess.run(
        command(run_dir, video, "--json", "o.json"),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert [path.name for path in folder.iterdir()] == ["o.json"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_leaves_an_old_file_as_it_was(run_dir, tmp_path, number):
    video = write_film(tmp_path / "in" / "a.mp4", 2000)
    out = tmp_path / "out" / "o.json"
    out.parent.mkdir()
    out.write_bytes(b"old")
    process = subprocess.Popen(
        command(run_dir, video, "--json", out),
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stderr=subprocess.DEVNULL,
    )
    while len(list(out.parent.iterdir())) < 2 and process.poll() is None:
        time.sleep(0.01)  # until the part is there
    process.send_signal(number)
    assert process.wait(60) != 0
    assert [path.name for path in out.parent.iterdir()] == ["o.json"]
    assert out.read_bytes() == b"old"
