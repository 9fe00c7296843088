import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

import pipeline.clips.store as store_module
from pipeline.clips.store import ClipStore, StoreError


def red(images):
    return np.rint(images[:, 3, 4, 0] / 8).astype(int).tolist()


def move_to_cache(path: Path, cache: Path) -> None:
    """Leave a symbolic link to a file of another name, as DVC does with cache.type symlink."""
    cached = cache / path.parent.name / "deadbeef"
    cached.parent.mkdir(parents=True)
    path.rename(cached)
    path.symlink_to(cached)


class Reds(Dataset):
    """The first frame's number of every clip, and the process that read it."""

    def __init__(self, store):
        self.store = store

    def __len__(self):
        return 40

    def __getitem__(self, item):
        clip = item % len(self.store.clips)
        return red(self.store.images(clip, np.array([item % 9])))[0], os.getpid()


def test_clips_are_numbered_over_sessions_in_order(packed):
    clips = ClipStore(packed.clips_dir, "rgb").clips
    assert [(clip.index, clip.name, clip.session) for clip in clips] == [
        (0, "a", "one"),
        (1, "b", "one"),
        (2, "c", "two"),
        (3, "d", "two"),
    ]


def test_a_row_keeps_labels_and_says_where_there_are_none(packed):
    a, b, c, _ = ClipStore(packed.clips_dir, "rgb").clips
    assert (a.action, a.verb, a.nouns, a.subject, a.part) == (0, 1, (3, 5), "P1", "train")
    assert b.nouns == ()
    assert c.verb == -1


def test_parts_are_selected(packed):
    store = ClipStore(packed.clips_dir, "rgb")
    assert [store.of_part(part) for part in ("train", "validation", "test")] == [[0, 2], [3], [1]]


@pytest.mark.parametrize(
    ("clip", "indices", "expected"),
    [
        (0, [0, 1, 2], [0, 1, 2]),
        (2, [0, 1, 2], [4, 5, 6]),
        (3, [19, 0, 7, 0], [29, 10, 17, 10]),
        (1, [8, 8, 8], [8, 8, 8]),
    ],
)
def test_frames_come_in_the_order_asked_for(packed, clip, indices, expected):
    images = ClipStore(packed.clips_dir, "rgb").images(clip, np.array(indices))
    assert images.shape == (len(indices), 12, 20, 3)
    assert images.dtype == np.uint8
    assert red(images) == expected


def test_flow_has_x_and_y_and_repeats_its_last_pair(packed):
    images = ClipStore(packed.clips_dir, "flow").images(2, np.array([0, 17, 18, 19]))
    x, y = images[:, 0, 0].T.astype(int)
    assert np.abs(x - 8 * np.array([4, 21, 22, 22])).max() <= 1
    assert np.abs(x + y - 255).max() <= 2


@pytest.mark.parametrize("indices", [[-1, 0], [19, 20]])
def test_a_frame_outside_the_clip_is_an_error(packed, indices):
    with pytest.raises(StoreError, match=r"clip 'a'.*it has 20"):
        ClipStore(packed.clips_dir, "rgb").images(0, np.array(indices))


def test_gaze_belongs_to_the_frames(packed):
    points, valid = ClipStore(packed.clips_dir, "rgb").gaze(2, np.array([0, 1, 3]))
    assert np.allclose(points, [[0.04, 0.5], [0.05, 0.5], [0.07, 0.5]])
    assert valid.tolist() == [True, False, True]


@pytest.mark.parametrize("linked", [("clips",), ("frames",), ("clips", "frames", "flow")])
def test_images_are_found_through_symbolic_links_into_a_cache(packed, tmp_path, linked):
    for folder in linked:
        move_to_cache(packed.root / folder / "one.h5", tmp_path / "cache")
    for stream in ("rgb", "flow"):
        assert red(ClipStore(packed.clips_dir, stream).images(0, np.array([3]))) == [3]


def test_images_are_found_from_a_relative_path_after_a_change_of_folder(packed, monkeypatch):
    monkeypatch.chdir(packed.root.parent)
    store = ClipStore(Path("data/clips"), "rgb")
    assert red(store.images(0, np.array([3]))) == [3]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_workers_read_what_the_parent_reads(packed, method):
    dataset = Reds(ClipStore(packed.clips_dir, "rgb"))
    expected = [dataset[item][0] for item in range(len(dataset))]  # the parent's files are open
    loader = DataLoader(dataset, batch_size=5, num_workers=2, multiprocessing_context=method)
    found, processes = [], set()
    for numbers, pids in loader:
        found += numbers.tolist()
        processes |= set(pids.tolist())
    assert found == expected
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_pickling_drops_what_is_open(packed):
    store = ClipStore(packed.clips_dir, "rgb")
    fresh = pickle.dumps(store)
    store.images(0, np.array([0]))
    store.gaze(0, np.array([0]))
    assert pickle.dumps(store) == fresh
    copy = pickle.loads(pickle.dumps(store))  # noqa: S301
    assert not copy._readers
    assert not copy._gaze
    assert red(copy.images(3, np.array([1]))) == [11]


def test_no_more_sessions_are_open_than_allowed(packed, monkeypatch):
    monkeypatch.setattr(store_module, "MAX_OPEN_SESSIONS", 1)
    store = ClipStore(packed.clips_dir, "rgb")
    assert [red(store.images(clip, np.array([1])))[0] for clip in (0, 2, 0)] == [1, 5, 1]
    assert len(store._readers) == 1


def test_frames_made_anew_with_other_parameters_ask_for_pack(packed):
    packed.write_images("frames", "one", {"one/a.mp4": 20, "one/b.mp4": 9}, note=1)
    with pytest.raises(StoreError, match="run `dvc repro pack`"):
        ClipStore(packed.clips_dir, "rgb").images(0, np.array([0]))


def test_a_lost_frame_file_is_named(packed):
    (packed.root / "frames" / "one.h5").unlink()
    with pytest.raises(StoreError, match=r"one\.h5"):
        ClipStore(packed.clips_dir, "rgb").images(0, np.array([0]))


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(StoreError, match="run `dvc repro pack`"):
        ClipStore(tmp_path, "rgb")


def test_a_file_that_is_no_session_is_named(packed):
    (packed.clips_dir / "three.h5").write_bytes(b"no HDF5")
    with pytest.raises(StoreError, match=r"three\.h5"):
        ClipStore(packed.clips_dir, "rgb")
