"""How long the rest of a study takes, by what its experiments took so far."""

MINUTE, HOUR, DAY = 60, 3600, 86400
"""In seconds."""


class TimeLeft:
    """Counts experiments.

    Args:
        total: how many there are.
        jobs: how many run at once.
    """

    def __init__(self, total: int, jobs: int) -> None:
        self._total, self._jobs = total, jobs
        self._done = 0
        self._seconds: list[float] = []

    def count(self, seconds: float, *, has_failed: bool) -> str:
        """Count one more, and return how many are done and how long the others take.

        One that failed says nothing of how long others take.
        """
        self._done += 1
        if not has_failed:
            self._seconds.append(seconds)
        words = f"{self._done} of {self._total} done"
        left = self._total - self._done
        if not left or not self._seconds:
            return words
        rounds = -(-left // self._jobs)
        expected = rounds * sum(self._seconds) / len(self._seconds)
        return f"{words}, about {describe_seconds(expected)} left"


def describe_seconds(seconds: float) -> str:
    """Return a duration as people say it: 40 s, 12 min, 3 h 05 min, 2 d 4 h."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:02.0f} min"
    return f"{seconds // DAY:.0f} d {seconds % DAY // HOUR:.0f} h"
