import errno
import os
from concurrent.futures import ThreadPoolExecutor
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


def test_a_second_store_of_the_same_work_leaves_the_entry_as_it_is(memo, result, tmp_path):
    memo.store("frames", "k1", {"shard": result})
    again = tmp_path / "again.h5"
    again.write_bytes(result.read_bytes())
    memo.store("frames", "k1", {"shard": again})
    assert os.listdir(tmp_path / "work" / "memo" / "frames") == ["k1"]
    assert (result.stat().st_nlink, again.stat().st_nlink) == (2, 1)


@pytest.mark.parametrize("loss", ["shard", "manifest.json"])
def test_an_entry_that_lost_a_file_is_replaced(memo, result, tmp_path, loss):
    memo.store("frames", "k1", {"shard": result})
    (tmp_path / "work" / "memo" / "frames" / "k1" / loss).unlink()
    assert not memo.fetch("frames", "k1", {"shard": tmp_path / "again.h5"})
    memo.store("frames", "k1", {"shard": result})
    assert memo.fetch("frames", "k1", {"shard": tmp_path / "again.h5"})
    assert os.listdir(tmp_path / "work" / "memo" / "frames") == ["k1"]


def test_work_that_many_store_fetch_and_settle_at_a_time_is_always_whole(memo, result, tmp_path):
    memo.store("frames", "k1", {"shard": result})
    cache_as_dvc_does(memo, result.read_bytes())

    def work(number: int) -> None:
        own = tmp_path / f"own-{number}" / "result.h5"
        for _ in range(40):
            assert memo.fetch("frames", "k1", {"shard": own})
            assert own.read_bytes() == result.read_bytes()
            memo.store("frames", "k1", {"shard": own})
            memo.settle()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def test_a_store_that_the_system_refuses_is_an_error_and_leaves_no_litter(
    memo, result, tmp_path, monkeypatch
):
    def refuse(self, target):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="Permission denied"):
        memo.store("frames", "k1", {"shard": result})
    assert os.listdir(tmp_path / "work" / "memo" / "frames") == []


def test_a_copy_that_fails_leaves_no_litter(memo, result, tmp_path, monkeypatch):
    def fill_disk(_source, part):
        Path(part).write_bytes(b"five")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def refuse(*_):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    memo.store("frames", "k1", {"shard": result})
    monkeypatch.setattr("pipeline.memo.os.link", refuse)
    monkeypatch.setattr("pipeline.memo.shutil.copyfile", fill_disk)
    again = tmp_path / "again" / "result.h5"
    with pytest.raises(OSError, match="No space left"):
        memo.fetch("frames", "k1", {"shard": again})
    assert not list(again.parent.iterdir())


def test_a_key_depends_on_every_part_and_not_on_the_order_of_keys():
    assert content_key("a", {"x": 1, "y": 2}) == content_key("a", {"y": 2, "x": 1})
    assert content_key("a", {"x": 1}) != content_key("a", {"x": 1.5})
