import pytest

from pipeline.flow import blocks as module
from pipeline.flow.blocks import cut_blocks, pairs_per_block
from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader


@pytest.fixture
def reader(store_frames, monkeypatch):
    monkeypatch.setattr(module, "PIXELS_PER_BLOCK", 4 * 64 * 48)
    return ImageReader(store_frames("S1", {"a": 7, "one": 1, "b": 3, "c": 4}))


def test_blocks_hold_every_pair_once_and_no_pair_of_two_videos(reader):
    pairs = [
        frame
        for block in cut_blocks(reader, "numba")
        for run in block.runs
        for frame in run.frames[:-1]
    ]
    assert pairs == [0, 1, 2, 3, 4, 5, 8, 9, 11, 12, 13]


def test_blocks_are_full_but_for_the_last_and_numbered_by_their_pairs(reader):
    blocks = cut_blocks(reader, "numba")
    assert [(block.start, block.stop) for block in blocks] == [(0, 4), (4, 8), (8, 11)]
    assert [sum(len(run.frames) - 1 for run in block.runs) for block in blocks] == [4, 4, 3]
    assert [[run.video for run in block.runs] for block in blocks] == [["a"], ["a", "b"], ["c"]]


def test_a_block_says_where_it_is(reader):
    assert str(cut_blocks(reader, "numba")[1]) == f"{reader.path}: pairs 4 to 8, of 'a' to 'b'"


@pytest.mark.parametrize("videos", [{}, {"one": 1, "other": 1}])
def test_without_pairs_there_is_no_block(store_frames, videos):
    assert cut_blocks(ImageReader(store_frames("S1", videos)), "numba") == []


def test_a_block_of_large_frames_has_fewer_pairs_and_at_least_one():
    assert pairs_per_block(Size(320, 240), "numba") == 256
    assert pairs_per_block(Size(640, 480), "numba") == 64
    assert pairs_per_block(Size(30_000, 20_000), "numba") == 1


def test_blocks_for_a_gpu_are_larger():
    assert pairs_per_block(Size(320, 240), "cuda") == 1024
