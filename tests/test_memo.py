import os
from pathlib import Path

import pytest

from pipeline.memo import Memo, content_key


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return Memo(work_dir=tmp_path / "work", cache_dirs=(tmp_path / "cache",))


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "out" / "result.h5"
    path.parent.mkdir()
    path.write_bytes(b"five hundred frames")
    return path


def cache_as_dvc_does(memo: Memo, content: bytes) -> Path:
    import hashlib

    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    path = memo.cache_dirs[0] / md5[:2] / md5[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_finished_work_comes_back_by_its_key(memo, result, tmp_path):
    memo.store("frames", "k1", {"shard": result})
    again = tmp_path / "again" / "result.h5"
    assert memo.fetch("frames", "k1", {"shard": again})
    assert again.read_bytes() == result.read_bytes()


def test_another_key_finds_nothing(memo, result, tmp_path):
    memo.store("frames", "k1", {"shard": result})
    assert not memo.fetch("frames", "k2", {"shard": tmp_path / "again.h5"})
    assert not (tmp_path / "again.h5").exists()


def test_storing_takes_no_second_copy(memo, result):
    memo.store("frames", "k1", {"shard": result})
    assert result.stat().st_nlink == 2


def test_fetching_over_the_same_file_leaves_no_litter(memo, result):
    memo.store("frames", "k1", {"shard": result})
    assert memo.fetch("frames", "k1", {"shard": result})
    assert os.listdir(result.parent) == ["result.h5"]


def test_settling_keeps_one_copy_where_dvc_has_the_bytes(memo, result, tmp_path):
    memo.store("frames", "k1", {"shard": result})
    cached = cache_as_dvc_does(memo, result.read_bytes())
    result.unlink()
    assert memo.settle() == cached.stat().st_size
    assert memo.fetch("frames", "k1", {"shard": tmp_path / "again.h5"})
    assert (tmp_path / "again.h5").stat().st_ino == cached.stat().st_ino


def test_an_entry_whose_bytes_are_gone_counts_as_absent(memo, result, tmp_path):
    memo.store("frames", "k1", {"shard": result})
    cached = cache_as_dvc_does(memo, result.read_bytes())
    memo.settle()
    cached.unlink()
    assert not memo.fetch("frames", "k1", {"shard": tmp_path / "again.h5"})


def test_unfinished_work_outlives_its_process_and_ends_with_the_entry(memo, result):
    (memo.scratch("frames", "k1") / "half").write_text("done so far")
    assert (memo.scratch("frames", "k1") / "half").is_file()
    memo.store("frames", "k1", {"shard": result})
    assert not (memo.scratch("frames", "k1") / "half").exists()


def test_a_key_depends_on_every_part_and_not_on_the_order_of_keys():
    assert content_key("a", {"x": 1, "y": 2}) == content_key("a", {"y": 2, "x": 1})
    assert content_key("a", {"x": 1}) != content_key("a", {"x": 1.5})
