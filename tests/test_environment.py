import os

import pytest

from stages.environment import EnvironmentFault, find_gpus, read_crew, read_environment


def test_without_variables_there_is_a_process_a_core_and_no_cluster():
    crew = read_crew({})
    assert (crew.cluster, crew.gpus, crew.shard) == (None, (), None)
    assert crew.processes == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tcp://head-2.lan:80", "tcp://[::1]:1"]
)
def test_workers_and_cluster_are_the_users(address):
    crew = read_crew({"FIXATE_WORKERS": "3", "FIXATE_CLUSTER": address})
    assert (crew.processes, crew.cluster) == (3, address)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", " 2"])
def test_a_number_of_workers_that_is_none_is_an_error(text):
    with pytest.raises(EnvironmentFault, match=f"FIXATE_WORKERS: found '{text}', expected a whole"):
        read_crew({"FIXATE_WORKERS": text})


@pytest.mark.parametrize(
    "text", ["127.0.0.1:8786", "tcp://host", "tls://host:8786", "tcp://host:8786/x", "tcp://:8786"]
)
def test_an_address_that_is_none_is_an_error(text):
    with pytest.raises(EnvironmentFault, match=r"FIXATE_CLUSTER: found .* tcp://127\.0\.0\.1:8786"):
        read_crew({"FIXATE_CLUSTER": text})


@pytest.mark.parametrize(
    ("changes", "gpus"),
    [
        ({}, ("2",)),
        ({"FIXATE_DEVICES": "2"}, ("2", "GPU-5f")),
        ({"FIXATE_DEVICE": "cuda:1"}, ("GPU-5f",)),
        ({"FIXATE_DEVICE": "cpu", "FIXATE_DEVICES": "2"}, ()),
        ({"CUDA_VISIBLE_DEVICES": "", "FIXATE_DEVICES": "2"}, ()),
        ({"CUDA_VISIBLE_DEVICES": "3,-1,1"}, ("3",)),
    ],
)
def test_gpus_are_counted_as_in_training(changes, gpus):
    assert find_gpus({"CUDA_VISIBLE_DEVICES": "2, GPU-5f"} | changes) == gpus


def test_more_gpus_than_there_are_is_an_error():
    wanted = {"FIXATE_DEVICE": "cuda:1", "FIXATE_DEVICES": "2"}
    with pytest.raises(EnvironmentFault, match=r"2 GPUs from cuda:1 on, found 2 \(0, 1\)"):
        find_gpus({"CUDA_VISIBLE_DEVICES": "0,1"} | wanted)


@pytest.mark.parametrize("device", ["cuda:x", "cuda:-1", "cuda:GPU-5f"])
def test_a_gpu_without_a_number_is_an_error_that_says_what_is_expected(device):
    with pytest.raises(EnvironmentFault, match=f"FIXATE_DEVICE: found {device}, expected cuda"):
        find_gpus({"CUDA_VISIBLE_DEVICES": "0,1", "FIXATE_DEVICE": device})


def test_compiled_code_is_kept_in_the_repository_and_not_in_a_temporary_workspace(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    read_environment()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / ".work" / "numba")
