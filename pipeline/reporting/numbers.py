"""Numbers as people read them; the page, the figures and the console write them alike."""

from pipeline.statistics.bootstrap import Interval

NARROW_SPACE = "\u202f"
"""Between thousands: no reader takes it for a decimal mark."""


MINUS = "\u2212"
"""As wide as a plus, and not a range's dash."""


def percent(share: float | None) -> str:
    """Return a share as a percentage with one decimal, or a dash where it is not defined."""
    return "–" if share is None else f"{100 * share:.1f} %"


def percent_range(interval: Interval | None) -> str:
    """Return an interval of shares as ``76.1–92.0``, in percent; empty where there is none."""
    if interval is None:
        return ""
    return f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"


def count(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}".replace(",", NARROW_SPACE)


def decimal(value: float | None, digits: int = 2) -> str:
    """Return a number with some decimals, or a dash where it is not defined."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", MINUS)
