"""Progress of long work: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Counts finished units of work and shows the rate and the time left.

    Args:
        label: what is being done, such as ``frames``.
        total: number of units.
        unit: what a unit is, such as ``session``.
    """

    def __init__(self, label: str, total: int, unit: str) -> None:
        self.label = label
        self.total = total
        self.unit = unit
        self._done = 0
        self._started = time.monotonic()
        self._last_line = self._started
        self._note = ""
        self._bar = self._make_bar() if sys.stderr.isatty() else None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        elif kind is None:
            self._note = ""
            self._print_line("")

    def advance(self, amount: int = 1, note: str = "") -> None:
        """Count ``amount`` more units as done; ``note`` stands behind the numbers."""
        self._done += amount
        note = note or self._note
        if self._bar is not None:
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(amount)
        elif self._done < self.total and self._is_line_due():  # the last line comes at the end
            self._print_line(note)

    def tell(self, note: str) -> None:
        """Show what the units' own rate and time left do not say, in their place from now on."""
        self._note = note
        if self._bar is not None:
            self._bar.bar_format = "{l_bar}{bar}| {n_fmt}/{total_fmt} {unit} [{elapsed}{postfix}]"
        self.advance(0)
        if self._bar is not None:
            self._bar.refresh()

    def _make_bar(self) -> "tqdm":
        from tqdm import tqdm

        return tqdm(total=self.total, desc=self.label, unit=self.unit, dynamic_ncols=True)

    def _is_line_due(self) -> bool:
        return time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES

    def _print_line(self, note: str) -> None:
        self._last_line = time.monotonic()
        seconds = max(self._last_line - self._started, 1e-9)
        rate = self._done / seconds
        left = (self.total - self._done) / rate if rate else float("inf")
        ending = f"{left:.0f} s left" if 0 < left < float("inf") else f"{seconds:.1f} s"
        words = [] if self._note else [f"{rate:.2f}/s", ending]
        words += [note] if note else []
        print(
            ", ".join([f"{self.label}: {self._done}/{self.total} {self.unit}", *words]),
            file=sys.stderr,
            flush=True,
        )
