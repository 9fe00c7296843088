import dataclasses
import errno
import os
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from pipeline.fanout import Crew, FanOutError, Shard
from pipeline.flow.assemble import assemble_session
from pipeline.flow.backends import BACKENDS
from pipeline.flow.extract import extract_flow
from pipeline.flow.pairs import read_pairs
from pipeline.flow.params import PRESETS
from pipeline.flow.quantize import count_clipped, dequantize, quantize
from pipeline.flow.session import flow_parameters
from pipeline.flow.solve import Solver
from pipeline.frames.encode import JpegError, decode_grey
from pipeline.frames.store import ImageReader
from pipeline.memo import Memo
from pipeline.quarantine import read_quarantine

RUN = """
import sys
from pathlib import Path
from pipeline.fanout import Crew
from pipeline.flow import blocks
from pipeline.flow.extract import extract_flow
from pipeline.flow.params import FlowConfig
from pipeline.memo import Memo
folder, out_dir = Path(sys.argv[1]), Path(sys.argv[2])
config = FlowConfig.model_validate_json(sys.argv[3])
blocks.PIXELS_PER_BLOCK = 2 * 64 * 48
report = extract_flow(config, folder / "frames", out_dir, out_dir / "quarantine.csv",
                      memo=Memo(folder / ".work", ()), crew=Crew(1, None, (), None))
print(report.num_computed)
"""


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of two pairs."""
    monkeypatch.setattr("pipeline.flow.blocks.PIXELS_PER_BLOCK", 2 * 64 * 48)


def run(tmp_path, config, memo, processes=1, shard=None):
    folders = (tmp_path / "frames", tmp_path / "flow", tmp_path / "quarantine.csv")
    crew = Crew(processes, cluster=None, gpus=(), shard=shard)
    return extract_flow(config, *folders, memo=memo, crew=crew)


def run_command(tmp_path, out_dir, config):
    return [sys.executable, "-c", RUN, str(tmp_path), str(out_dir), config.model_dump_json()]


def read_flow(path, pair):
    encoded = ImageReader(path).encoded_between(2 * pair, 2 * pair + 2)
    levels = np.stack([decode_grey(plane) for plane in encoded], axis=-1)
    return dequantize(levels[None], 20.0)[0]


def still_pairs(frames, block, config, threads):
    pairs = read_pairs(frames, block, config, threads)
    return dataclasses.replace(pairs, grey=np.stack([pairs.grey[:, 0]] * 2, axis=1))


class Counting:
    """Computes as the OpenCV backend, counts its blocks, and fails at one of them."""

    def __init__(self, monkeypatch, fail_at=None, change=lambda flow: flow):
        self.num_blocks = 0
        self.fail_at = fail_at
        self.change = change
        self.opencv = BACKENDS["opencv"]
        monkeypatch.setitem(
            BACKENDS, "opencv", dataclasses.replace(self.opencv, compute=self.compute)
        )

    def compute(self, pairs, *how):
        if self.num_blocks == self.fail_at:
            raise KeyboardInterrupt
        self.num_blocks += 1
        return self.change(self.opencv.compute(pairs, *how))


def test_stored_flow_is_the_motion_to_the_next_frame_x_first(tmp_path, store_frames, config, memo):
    store_frames("S1", {"a": 3, "b": 2})
    run(tmp_path, config, memo)
    for pair in range(3):
        interior = read_flow(tmp_path / "flow" / "S1.h5", pair)[10:-10, 10:-10]
        np.testing.assert_allclose(interior.mean(axis=(0, 1)), [1, 0], atol=0.15)


def test_a_video_of_n_frames_has_n_minus_1_pairs_and_one_frame_has_none(
    tmp_path, store_frames, config, memo
):
    store_frames("S1", {"a": 3, "one": 1, "b": 2})
    store_frames("S2", {})
    report = run(tmp_path, config, memo)
    reader = ImageReader(tmp_path / "flow" / "S1.h5")
    assert [reader.range(video) for video in reader.videos] == [
        range(2),
        range(2, 2),
        range(2, 3),
    ]
    assert reader.size == ImageReader(tmp_path / "frames" / "S1.h5").size
    assert [session.num_pairs for session in report.sessions] == [3, 0]
    assert read_quarantine(tmp_path / "quarantine.csv") == []


def test_a_still_video_is_stored_as_128_everywhere(
    tmp_path, store_frames, config, memo, monkeypatch
):
    monkeypatch.setattr("pipeline.flow.assemble.read_pairs", still_pairs)
    store_frames("S1", {"a": 2})
    run(tmp_path, config, memo)
    for encoded in ImageReader(tmp_path / "flow" / "S1.h5").encoded_between(0, 2):
        assert (decode_grey(encoded) == 128).all()


def test_the_share_of_clipped_vectors_is_reported(
    tmp_path, store_frames, config, memo, monkeypatch
):
    def half_too_long(flow):
        flow[:, :24] = [3, -21]
        flow[:, 24:] = 0
        return flow

    store_frames("S1", {"a": 3})
    Counting(monkeypatch, change=half_too_long)
    for _ in range(2):
        assert run(tmp_path, config, memo).clipped_share == 0.5


def test_a_changed_session_alone_is_computed_again(tmp_path, store_frames, config, memo):
    store_frames("S1", {"a": 2})
    store_frames("S2", {"b": 2})
    assert run(tmp_path, config, memo).num_computed == 2
    store_frames("S2", {"b": 2, "c": 2})
    report = run(tmp_path, config, memo)
    assert (report.num_computed, report.num_computed_pairs, report.num_pairs) == (1, 2, 3)
    bound = config.model_copy(update={"bound_pixels": 15.0})
    assert run(tmp_path, bound, memo).num_computed == 2


def test_sessions_with_equal_frames_are_computed_once(tmp_path, store_frames, config, memo):
    for session in ("S1", "S2"):
        store_frames(session, {"a": 2})
    report = run(tmp_path, config, memo)
    assert (report.num_computed, report.num_pairs) == (1, 2)


def test_stores_of_sessions_that_are_gone_do_not_stay(tmp_path, store_frames, config, memo):
    store_frames("S1", {"a": 2})
    store_frames("S2", {"a": 2})
    run(tmp_path, config, memo)
    (tmp_path / "frames" / "S1.h5").unlink()
    run(tmp_path, config, memo)
    assert [path.name for path in (tmp_path / "flow").iterdir()] == ["S2.h5"]


@pytest.mark.usefixtures("small_blocks")
def test_a_stopped_session_goes_on_at_its_block_and_ends_equal(
    tmp_path, store_frames, config, memo, monkeypatch
):
    store_frames("S1", {"a": 2, "b": 4, "c": 2})
    run(tmp_path, config, memo)
    undisturbed = (tmp_path / "flow" / "S1.h5").read_bytes()
    other = Memo(tmp_path / ".other", ())
    stopping = Counting(monkeypatch, fail_at=2)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, config, other)
    assert list((tmp_path / "flow").iterdir()) == []
    stopping.fail_at = None
    run(tmp_path, config, other)
    assert stopping.num_blocks == 3
    assert (tmp_path / "flow" / "S1.h5").read_bytes() == undisturbed
    assert list((tmp_path / ".other" / "scratch" / "flow").iterdir()) == []


def test_missing_pairs_stop_the_stage(tmp_path, store_frames, config, memo, monkeypatch):
    store_frames("S1", {"a": 3})
    Counting(monkeypatch, change=lambda flow: flow[:-1])
    message = r"S1.*pairs 0 to 2, of 'a': 'opencv' failed: found flow of \(1,.*expected \(2,"
    with pytest.raises(FanOutError, match=message):
        run(tmp_path, config, memo)


def test_flow_that_is_not_finite_stops_the_stage(tmp_path, store_frames, config, memo, monkeypatch):
    store_frames("S1", {"a": 3})
    Counting(monkeypatch, change=lambda flow: flow * np.nan)
    with pytest.raises(FanOutError, match="found 2 flow images that are not finite, of 2"):
        run(tmp_path, config, memo)


def test_a_full_disk_is_a_clear_error_and_leaves_no_flow(
    tmp_path, store_frames, config, memo, monkeypatch
):
    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store_frames("S1", {"a": 2})
    monkeypatch.setattr("pipeline.atomic.os.fsync", full)
    with pytest.raises(FanOutError, match=r"could not be written.*No space left.*Free space"):
        run(tmp_path, config, memo)
    assert list((tmp_path / "flow").iterdir()) == []


def test_the_store_tells_everything_that_shaped_it(tmp_path, store_frames, config, memo):
    store_frames("S1", {"a": 2})
    run(tmp_path, config, memo)
    parameters = ImageReader(tmp_path / "flow" / "S1.h5").parameters
    assert parameters.pop("opencv") == cv2.__version__
    assert parameters == {
        "preset": "wide",
        "tvl1": dataclasses.asdict(PRESETS["wide"]),
        "semantics": "opencv_cpu",
        "backend": "opencv",
        "library": None,
        "stabilise": "none",
        "bound_pixels": 20,
        "rounding": "nearest",
        "quality": 95,
        "grey": "bt601",
        "version": 2,
        "layout": 1,
        "frames": {"size": 48, "quality": 95},
    }


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_equal(tmp_path, store_frames, config, memo):
    slower = config.model_copy(update={"preset": "opencv"})
    store_frames("S1", {f"video {number}": 3 for number in range(8)})
    command = run_command(tmp_path, tmp_path / "flow", slower)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    scratch = tmp_path / ".work" / "scratch" / "flow"
    while len(list(scratch.glob("*/*.h5"))) < 3:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list((tmp_path / "flow").glob("*.h5")) == []
    subprocess.run(command, stderr=subprocess.DEVNULL, check=True)
    resumed = (tmp_path / "flow" / "S1.h5").read_bytes()
    run(tmp_path, slower, Memo(tmp_path / ".other", ()))
    assert (tmp_path / "flow" / "S1.h5").read_bytes() == resumed


@pytest.mark.slow
def test_two_runs_of_the_same_work_compute_it_once(tmp_path, store_frames, config):
    store_frames("S1", {f"video {number}": 8 for number in range(8)})
    outs = [tmp_path / "flow", tmp_path / "experiment" / "flow"]
    both = [
        subprocess.Popen(run_command(tmp_path, out, config), stdout=subprocess.PIPE) for out in outs
    ]
    printed = [process.communicate()[0].strip() for process in both]
    assert sorted(printed) == [b"0", b"1"]
    first, second = ((out / "S1.h5").read_bytes() for out in outs)
    assert first == second


def test_neither_blocks_nor_threads_change_a_byte(
    tmp_path, store_frames, config, memo, monkeypatch
):
    path = store_frames("S1", {"a": 3, "one": 1, "b": 4})
    run(tmp_path, config, memo)
    whole = (tmp_path / "flow" / "S1.h5").read_bytes()
    for pairs_per_block, threads in [(1, 1), (2, 3), (4, 2)]:
        monkeypatch.setattr("pipeline.flow.blocks.PIXELS_PER_BLOCK", pairs_per_block * 64 * 48 + 5)
        solver = Solver(config, "opencv", threads)
        out, scratch = tmp_path / "other.h5", tmp_path / f"scratch {pairs_per_block}"
        scratch.mkdir()
        assemble_session(path, out, scratch, solver, flow_parameters(config, "opencv"))
        assert out.read_bytes() == whole
        assert len(list(scratch.iterdir())) == -(-5 // pairs_per_block)


def test_a_frame_that_cannot_be_read_stops_the_stage_and_names_it(
    tmp_path, store_frames, config, memo, monkeypatch
):
    def broken(_encoded):
        raise JpegError("7 bytes are no JPEG picture")

    store_frames("S1", {"a": 3})
    monkeypatch.setattr("pipeline.flow.pairs.decode_rgb", broken)
    with pytest.raises(FanOutError, match=r"S1.h5: pairs 0 to 2, of 'a': 7 bytes are no JPEG"):
        run(tmp_path, config, memo)


def test_a_backend_that_fails_stops_the_stage_and_is_named(
    tmp_path, store_frames, config, memo, monkeypatch
):
    def fail(_flow):
        raise MemoryError("of the device")

    store_frames("S1", {"a": 3})
    Counting(monkeypatch, change=fail)
    with pytest.raises(FanOutError, match=r"pairs 0 to 2, of 'a': 'opencv' failed: of the device"):
        run(tmp_path, config, memo)


def test_a_backend_that_quantises_by_itself_makes_the_same_store(
    tmp_path, store_frames, config, memo, monkeypatch
):
    opencv = BACKENDS["opencv"]

    def compute_levels(pairs, tvl1, semantics, bound_pixels):
        flow = opencv.compute(pairs, tvl1, semantics, 1)
        clipped = [count_clipped(flow[k : k + 1], bound_pixels) for k in range(len(flow))]
        return quantize(flow, bound_pixels), np.array(clipped, np.int32)

    narrow = config.model_copy(update={"bound_pixels": 1.0})
    store_frames("S1", {"a": 3, "b": 2})
    clipped_share = run(tmp_path, narrow, memo).clipped_share
    whole = (tmp_path / "flow" / "S1.h5").read_bytes()
    by_itself = dataclasses.replace(opencv, compute_levels=compute_levels)
    monkeypatch.setitem(BACKENDS, "opencv", by_itself)
    report = run(tmp_path, narrow, Memo(tmp_path / ".other", ()))
    assert report.clipped_share == clipped_share > 0
    assert (tmp_path / "flow" / "S1.h5").read_bytes() == whole


def test_shards_together_remember_what_one_run_makes(tmp_path, store_frames, config, memo):
    for session in ("S1", "S2", "S3"):
        store_frames(session, {session: 2})
    assert run(tmp_path, config, memo, shard=Shard(0, 2)).num_computed == 2
    assert {path.name for path in (tmp_path / "flow").iterdir()} == {"S1.h5", "S3.h5"}
    assert run(tmp_path, config, memo, shard=Shard(1, 2)).num_computed == 1
    joined = run(tmp_path, config, memo)
    assert (joined.num_computed, len(joined.sessions)) == (0, 3)


@pytest.mark.slow
def test_two_processes_make_the_bytes_of_one(tmp_path, store_frames, config, memo):
    for session in ("S1", "S2", "S3"):
        store_frames(session, {"a": 3, session: 2})
    run(tmp_path, config, memo)
    serial = {path.name: path.read_bytes() for path in (tmp_path / "flow").iterdir()}
    run(tmp_path, config, Memo(tmp_path / ".other", ()), processes=2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "flow").iterdir()} == serial
