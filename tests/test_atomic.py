import errno
import os
from pathlib import Path

import pytest

from pipeline.atomic import atomic_hdf5, atomic_write


def test_a_file_appears_whole(tmp_path: Path):
    path = tmp_path / "new" / "a.txt"
    with atomic_write(path) as part:
        part.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"


def test_a_full_disk_leaves_the_old_file_and_no_part(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="free space on that disk"), atomic_write(path) as part:
        part.write_text("ne")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_an_hdf5_file_appears_whole_or_not_at_all(tmp_path: Path):
    import h5py

    path = tmp_path / "a.h5"
    with atomic_hdf5(path) as file:
        file["x"] = [1, 2]
    with pytest.raises(ValueError, match="bad"), atomic_hdf5(path) as file:
        file["x"] = [3]
        raise ValueError("bad")
    with h5py.File(path) as file:
        assert file["x"][:].tolist() == [1, 2]
