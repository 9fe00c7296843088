import threading
from itertools import count

import pytest

from pipeline.flow.overlap import overlapped

SECONDS = 30.0
"""Long enough that a part that waits for another in vain is a failure, not slowness."""


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def same(item):
    return item


def fail_at(number):
    def fail(item):
        if item == number:
            raise ValueError(f"item {item} is broken")
        return item

    return fail


def test_results_are_in_order_and_complete():
    made = overlapped(iter(range(20)), lambda item: item * 10, str)
    assert list(made) == [str(10 * item) for item in range(20)]


def test_nothing_to_read_gives_nothing():
    assert list(overlapped(iter([]), same, same)) == []


def test_the_next_is_read_and_the_last_finished_while_one_is_computed():
    reading, finishing = threading.Event(), threading.Event()

    def read():
        yield 0
        yield 1
        reading.set()
        yield 2

    def compute(item):
        if item == 1:
            assert reading.wait(SECONDS)
            assert finishing.wait(SECONDS)
        return item

    def finish(item):
        finishing.set()
        return item

    assert list(overlapped(read(), compute, finish)) == [0, 1, 2]


def test_no_more_than_three_items_are_held():
    held, most, lock = 0, 0, threading.Lock()

    def take(number):
        nonlocal held, most
        with lock:
            held += 1
            most = max(most, held)
        return number

    def release(_number):
        nonlocal held
        with lock:
            held -= 1

    list(overlapped(map(take, range(30)), same, release))
    assert most <= 3


@pytest.mark.parametrize("part", [0, 1, 2])
def test_an_error_of_any_part_is_raised_as_it_is_and_ends_the_work(part):
    read, compute, finish = (fail_at(3) if number == part else same for number in range(3))
    seen = []
    with pytest.raises(ValueError, match="item 3 is broken"):
        seen.extend(overlapped(map(read, count()), compute, finish))
    assert seen in ([0, 1], [0, 1, 2])


def test_what_was_computed_before_an_error_of_reading_is_finished():
    finished = []
    with pytest.raises(ValueError, match="item 3"):
        list(overlapped(map(fail_at(3), range(9)), same, finished.append))
    assert finished == [0, 1, 2]


def test_an_interrupt_while_computing_ends_the_threads():
    def interrupt(item):
        if item == 2:
            raise KeyboardInterrupt
        return item

    with pytest.raises(KeyboardInterrupt):
        list(overlapped(iter(range(9)), interrupt, same))


def test_stopping_early_ends_the_threads():
    made = overlapped(count(), same, same)
    assert next(made) == 0
    made.close()
