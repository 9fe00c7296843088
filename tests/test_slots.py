import pytest

from stages import slots
from stages.slots import slot_environments


@pytest.fixture
def gpus(monkeypatch):
    """A machine with three GPUs."""
    monkeypatch.setattr("stages.environment._visible_gpus", lambda _: ["0", "1", "2"])


def test_one_job_has_the_machine_as_it_is():
    assert slot_environments({}, 8, 1) == [{}]


def test_jobs_share_cores_and_take_gpus_in_turn(gpus):
    found = slot_environments({}, 8, 4)
    assert [each["FIXATE_DEVICE"] for each in found] == ["cuda:0", "cuda:1", "cuda:2", "cuda:0"]
    assert {each["FIXATE_WORKERS"] for each in found} == {"2"}


@pytest.mark.parametrize("environ", [{}, {"CUDA_VISIBLE_DEVICES": "0,1,2"}])
def test_jobs_take_gpus_from_the_users_own_on(gpus, environ):
    found = slot_environments({"FIXATE_DEVICE": "cuda:1", **environ}, 8, 3)
    assert [each["FIXATE_DEVICE"] for each in found] == ["cuda:1", "cuda:2", "cuda:1"]
    last = slot_environments({"FIXATE_DEVICE": "cuda:2", **environ}, 8, 2)
    assert last == [{"FIXATE_WORKERS": "4"}] * 2  # each process takes the user's own


def test_where_there_is_no_choice_of_gpus_none_is_named(gpus, monkeypatch):
    share = {"FIXATE_WORKERS": "1"}
    assert slot_environments({"FIXATE_DEVICE": "cpu"}, 2, 2) == [share, share]
    assert slot_environments({"FIXATE_DEVICES": "2"}, 2, 2) == [share, share]
    monkeypatch.setattr(slots, "find_gpus", lambda _: ())
    assert slot_environments({}, 2, 2) == [share, share]
