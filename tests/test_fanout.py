import os
import time

import pytest

from pipeline.fanout import FanOutError, fan_out
from pipeline.progress import Progress


def square(number: int) -> int:
    return number * number


def process_id(_number: int) -> int:
    time.sleep(0.2)
    return os.getpid()


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is broken")
    return number


def die(number: int) -> int:
    if number == 1:
        os._exit(9)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_stand_in_the_order_of_the_items(workers):
    with Progress("squares", 5, "number") as progress:
        results = fan_out(square, [5, 1, 4, 2, 3], workers=workers, progress=progress)
    assert results == [25, 1, 16, 4, 9]


def test_work_is_spread_over_processes():
    with Progress("processes", 4, "item") as progress:
        ids = fan_out(process_id, [1, 2, 3, 4], workers=2, progress=progress)
    assert len(set(ids)) == 2
    assert os.getpid() not in ids


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_names_its_item(workers):
    with Progress("numbers", 3, "item") as progress, pytest.raises(FanOutError, match="3: three"):
        fan_out(refuse_three, [1, 2, 3], workers=workers, progress=progress)


def test_a_killed_worker_is_an_error_and_no_endless_wait():
    with Progress("numbers", 2, "item") as progress, pytest.raises(FanOutError, match="died"):
        fan_out(die, [1, 2], workers=2, progress=progress)
