import errno
import multiprocessing
import os
import pickle
import subprocess
import sys

import h5py
import numpy as np
import pytest

from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader, ImageWriter, StoreError, clear_stores

SIZE = Size(64, 48)
FULL_DISK = """
import resource, sys
from pathlib import Path
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
with ImageWriter(Path(sys.argv[1]), "frames", {}) as writer:
    writer.add_video("a", Size(64, 48), (bytes(5000) for _ in range(20)))
"""


def write_store(path, videos, kind="frames"):
    with ImageWriter(path, kind, {"size": 48}) as writer:
        for name, images in videos.items():
            writer.add_video(name, SIZE, images)
    return path


@pytest.fixture
def store(tmp_path):
    return write_store(tmp_path / "s.h5", {"a": [b"0", b"11"], "ü/b.mp4": [], "c": [b"222"]})


def read_last(reader):
    return reader.encoded(2)


def test_what_was_written_is_read_back(store):
    reader = ImageReader(store)
    assert reader.videos == ["a", "ü/b.mp4", "c"]
    assert [reader.range(video) for video in reader.videos] == [
        range(2),
        range(2, 2),
        range(2, 3),
    ]
    assert [reader.encoded(index) for index in range(3)] == [b"0", b"11", b"222"]
    assert reader.encoded_between(1, 3) == [b"11", b"222"]
    assert reader.size == SIZE
    assert reader.parameters == {"size": 48}


def test_flow_counts_pairs_of_two_images(tmp_path):
    path = write_store(tmp_path / "f.h5", {"a": [b"x", b"y"] * 3, "b": [b"x", b"y"]}, "flow")
    reader = ImageReader(path)
    assert [reader.range("a"), reader.range("b")] == [range(3), range(3, 4)]
    assert reader.num_items == 4


def test_numbers_kept_beside_the_images_are_read_back(tmp_path):
    with ImageWriter(tmp_path / "s.h5", "flow", {}) as writer:
        writer.keep("homographies", np.arange(18.0).reshape(2, 3, 3))
    reader = ImageReader(tmp_path / "s.h5")
    np.testing.assert_array_equal(reader.array("homographies").ravel(), np.arange(18.0))
    with pytest.raises(StoreError, match=r"found no 'gaze' among .*'homographies'"):
        reader.array("gaze")


def test_half_a_pair_is_refused(tmp_path):
    with pytest.raises(StoreError, match="found 3 images of 'a', expected a multiple of 2"):
        write_store(tmp_path / "f.h5", {"a": [b"x", b"y", b"x"]}, "flow")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_reader_in_use_goes_to_another_process_and_reads_there(store, method):
    reader = ImageReader(store)
    reader.encoded(0)
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(read_last, (reader,)) == b"222"
    assert reader.encoded(1) == b"11"


def test_a_forked_child_opens_the_file_itself(store):
    reader = ImageReader(store)
    reader.encoded(0)
    inherited = reader._file
    pid = os.fork()
    if pid == 0:
        right = reader.encoded(2) == b"222" and reader._file is not inherited
        os._exit(0 if right else 1)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_pickled_reader_holds_no_handle(store):
    reader = ImageReader(store)
    reader.encoded(0)
    copy = pickle.loads(pickle.dumps(reader))  # noqa: S301
    assert copy._file is None
    assert copy.encoded(2) == b"222"


def test_a_store_is_read_through_an_external_link(store, tmp_path):
    with h5py.File(tmp_path / "clips.h5", "w") as file:
        file["frames"] = h5py.ExternalLink("s.h5", "/")
    assert ImageReader(tmp_path / "clips.h5", "frames").encoded(2) == b"222"


def test_a_broken_video_leaves_no_bytes_and_the_others_are_whole(tmp_path):
    def broken():
        yield b"lost"
        raise ValueError("frame 1")

    with ImageWriter(tmp_path / "s.h5", "frames", {}) as writer:
        writer.add_video("a", SIZE, [b"0"])
        with pytest.raises(ValueError, match="frame 1"):
            writer.add_video("b", SIZE, broken())
        writer.add_video("c", SIZE, [b"2"])
    reader = ImageReader(tmp_path / "s.h5")
    assert reader.videos == ["a", "c"]
    assert reader.encoded_between(0, 2) == [b"0", b"2"]
    with h5py.File(tmp_path / "s.h5") as file:
        assert file["bytes"].shape == (2,)


def test_videos_of_two_sizes_do_not_share_a_store(tmp_path):
    with (
        pytest.raises(StoreError, match="found 'b' of 48x64, expected 64x48"),
        ImageWriter(tmp_path / "s.h5", "frames", {}) as writer,
    ):
        writer.add_video("a", SIZE, [b"0"])
        writer.add_video("b", Size(48, 64), [b"1"])


def test_a_store_without_videos_is_a_store(tmp_path):
    reader = ImageReader(write_store(tmp_path / "s.h5", {}))
    assert (reader.videos, reader.num_items, reader.size) == ([], 0, Size(0, 0))


def test_equal_images_give_equal_files(tmp_path):
    videos = {"a": [b"0" * 5000] * 100, "b": [b"1"]}
    first, second = (write_store(tmp_path / name, videos) for name in ("1.h5", "2.h5"))
    assert first.read_bytes() == second.read_bytes()


def test_an_error_leaves_the_store_of_before(store):
    before = store.read_bytes()
    with pytest.raises(KeyError), ImageWriter(store, "frames", {}) as writer:
        writer.add_video("a", SIZE, [b"new"])
        raise KeyError
    assert store.read_bytes() == before
    assert list(store.parent.iterdir()) == [store]


def test_a_disk_that_is_full_at_the_end_is_a_clear_error(tmp_path, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pipeline.atomic.os.fsync", full)
    with pytest.raises(StoreError, match=r"s\.h5: could not be written .*No space left.*Free"):
        write_store(tmp_path / "s.h5", {"a": [b"0"]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit_bytes", [20_000, 101_000])
def test_a_write_that_the_system_refuses_leaves_no_file(tmp_path, limit_bytes):
    """A file size limit stands in for the full disk: below the images' bytes, then above."""
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "s.h5"), str(limit_bytes)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "StoreError" in ended.stderr.strip().splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_an_error_that_says_so(store, tmp_path):
    with pytest.raises(StoreError, match="found no video 'z' among 3"):
        ImageReader(store).range("z")
    with pytest.raises(StoreError, match="found 3 images, asked for 3 to 4"):
        ImageReader(store).encoded(3)
    with pytest.raises(StoreError, match=r"absent\.h5"):
        ImageReader(tmp_path / "absent.h5").encoded(0)


def test_a_cut_store_is_an_error(store):
    store.write_bytes(store.read_bytes()[:300])
    with pytest.raises(StoreError, match="no readable image store"):
        ImageReader(store).encoded(0)


def test_clearing_takes_stores_and_halves_of_stores_only(store):
    folder = store.parent
    (folder / "s.h5.part77").touch()
    (folder / "notes.txt").touch()
    clear_stores(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
