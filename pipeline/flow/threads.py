"""Threads over the pairs of a batch, for backends whose code leaves Python's lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def over_pairs(solve: Callable[[int], None], num_pairs: int, threads: int) -> None:
    """Call ``solve`` with each pair's number, ``threads`` at a time; the first error is raised."""
    if threads <= 1 or num_pairs <= 1:
        for number in range(num_pairs):
            solve(number)
        return
    with ThreadPoolExecutor(min(threads, num_pairs)) as pool:
        for _ in pool.map(solve, range(num_pairs)):
            pass
