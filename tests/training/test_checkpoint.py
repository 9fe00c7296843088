import torch

from pipeline.models.trained import save_tensors
from pipeline.training.checkpoint import Best, Checkpoint, Checkpoints, Position

POSITION = Position(5, [[0.1, 0.2]], [{"epoch": 1, "train/loss": 1 / 3}], Best(1, 0.5, 0.7))


def make_checkpoints(folder, *, is_writer=True, clock=lambda: 0.0):
    return Checkpoints(folder, seconds=60.0, clock=clock, is_writer=is_writer)


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    made = make_checkpoints(tmp_path)
    made.save(Checkpoint(POSITION, {"weight": torch.tensor([1 / 3])}, {"state": {}, "lr": 0.1}))
    found = make_checkpoints(tmp_path).load()
    assert found.position == POSITION
    assert found.model["weight"].item() == torch.tensor(1 / 3).item()
    assert found.optimizer == {"state": {}, "lr": 0.1}


def test_before_the_first_there_is_none(tmp_path):
    assert make_checkpoints(tmp_path).load() is None


def test_only_the_first_process_writes(tmp_path):
    make_checkpoints(tmp_path, is_writer=False).save(Checkpoint(POSITION, {}, {}))
    assert list(tmp_path.iterdir()) == []


def test_one_is_due_when_the_last_is_old(tmp_path):
    times = iter([0.0, 59.0, 60.0, 60.0, 61.0])
    made = make_checkpoints(tmp_path, clock=lambda: next(times))
    assert [made.is_due(), made.is_due()] == [False, True]
    made.save(Checkpoint(POSITION, {}, {}))
    assert not made.is_due()


def test_equal_tensors_give_equal_files_under_any_name(tmp_path):
    for name in ("a.pt", "other.pt"):
        save_tensors(tmp_path / name, {"weight": torch.arange(5.0)})
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "other.pt").read_bytes()
