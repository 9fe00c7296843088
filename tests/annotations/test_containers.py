import os
from dataclasses import replace

import pytest

from pipeline.annotations import containers
from pipeline.annotations.containers import inspect_video, inspect_videos
from pipeline.fanout import ALONE
from pipeline.memo import file_digest


@pytest.fixture
def write(tmp_path):
    def write_bytes(content, name="video.mp4"):
        (tmp_path / name).write_bytes(content)
        return name

    return write_bytes


def test_frames_are_counted_and_bytes_digested(tmp_path, write, video_bytes):
    container = inspect_video(tmp_path, write(video_bytes))
    assert (container.num_frames, container.fault) == (28, "")
    assert container.digest == file_digest(tmp_path / "video.mp4")


def test_real_videos_hold_300_frames(shared_dir):
    container = inspect_video(shared_dir / "real_clips", "making_tea.mp4")
    assert (container.num_frames, container.fault) == (300, "")


@pytest.mark.parametrize("share", [0.99, 0.8, 0.5])
def test_a_cut_off_video_is_found(tmp_path, write, video_bytes, share):
    container = inspect_video(tmp_path, write(video_bytes[: int(len(video_bytes) * share)]))
    assert container.fault == "truncated_video"
    assert "of 28 frames" in container.detail


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"", "empty_file"), (b"no video at all\n" * 99, "unreadable_container")],
)
def test_what_is_no_video_is_found(tmp_path, write, content, fault):
    assert inspect_video(tmp_path, write(content)).fault == fault


def test_sound_alone_is_no_video(tmp_path, write):
    header = b"RIFF" + (36 + 800).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    rates = (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little")
    wave = header + b"\1\0\1\0" + rates + b"\2\0\x10\0data" + (800).to_bytes(4, "little")
    container = inspect_video(tmp_path, write(wave + bytes(800), "sound.wav"))
    assert container.fault == "no_video_stream"


def test_an_absent_video_is_a_fault(tmp_path, memo):
    found = inspect_videos(tmp_path, {"s": ["absent.mp4"]}, memo, ALONE)
    assert found["absent.mp4"].fault == "missing_video"


def test_a_session_that_did_not_change_is_not_read_again(
    tmp_path, write, video_bytes, memo, monkeypatch
):
    videos = {"s": [write(video_bytes, "a.mp4"), write(b"", "b.mp4")]}
    first = inspect_videos(tmp_path, videos, memo, ALONE)
    monkeypatch.setattr(containers, "inspect_video", None)
    assert inspect_videos(tmp_path, videos, memo, ALONE) == first


def test_a_changed_file_is_read_again(tmp_path, write, video_bytes, memo):
    videos = {"s": [write(video_bytes)]}
    inspect_videos(tmp_path, videos, memo, ALONE)
    write(video_bytes[:-1] + b"x")
    os.utime(tmp_path / "video.mp4", ns=(1, 1))
    again = inspect_videos(tmp_path, videos, memo, ALONE)
    assert again["video.mp4"].digest == file_digest(tmp_path / "video.mp4")


@pytest.mark.slow
def test_a_pool_finds_what_one_process_finds(shared_dir, tmp_path, monkeypatch):
    from pipeline.memo import Memo

    folder = shared_dir / "real_clips"
    videos = {path.stem: [path.name] for path in sorted(folder.glob("m*.mp4"))}
    pair = replace(ALONE, processes=2)
    alone = inspect_videos(folder, videos, Memo(tmp_path / "one", ()), pair)
    monkeypatch.setattr(containers, "SERIAL_BYTES", 0)
    assert inspect_videos(folder, videos, Memo(tmp_path / "two", ()), pair) == alone
