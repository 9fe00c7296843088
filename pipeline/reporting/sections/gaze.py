"""Gaze quality: what the recordings hold and lack, session by session."""

from collections.abc import Mapping, Sequence

from pipeline.reporting.markup import details, note, section, share_cell, table, text
from pipeline.reporting.numbers import count, decimal

MOST_LISTED = 20
SHARES = {
    "valid_share": "valid frames",
    "frame_coverage": "frames with a sample",
    "lost_share": "lost samples",
    "out_of_range_share": "samples off the image",
}
"""The gaze report's shares, in the words of the table."""
NO_GAZE = "The data set has no gaze recordings, or none that was read."
LEAD = (
    "Valid frames are those whose gaze is trusted; a clip without any stays in the test. Lost "
    "samples are blinks, and what the tracker could not follow."
)


def gaze_section(quality: Mapping[str, object]) -> str:
    """Return shares by session, its totals first; all counts in a second table."""
    sessions = quality.get("sessions")
    rows = {"all sessions": quality.get("total")}
    rows |= sessions if isinstance(sessions, Mapping) else {}
    found = {str(name): row for name, row in rows.items() if isinstance(row, Mapping)}
    if not found:
        return section("gaze", "Gaze quality", note(NO_GAZE) + _without_gaze(quality))
    shares = [key for key in SHARES if any(key in row for row in found.values())]
    counts = [
        key
        for key in dict.fromkeys(key for row in found.values() for key in row)
        if key not in SHARES
    ]
    shown = table(
        ["session", *(SHARES[key] for key in shares)],
        [[text(name), *(_share(row.get(key)) for key in shares)] for name, row in found.items()],
        caption=f"Gaze of {len(found) - 1} sessions",
        kind="sortable numbers",
    )
    counted = table(
        ["session", *(text(key.replace("_", " ")) for key in counts)],
        [[text(name), *(_count(row.get(key)) for key in counts)] for name, row in found.items()],
        caption="All counts",
        kind="sortable numbers",
    )
    body = (
        f'<div class="tall">{shown}</div>{details("All counts", counted)}{_without_gaze(quality)}'
    )
    return section("gaze", "Gaze quality", body, lead=LEAD)


def _share(value: object) -> str:
    return share_cell(value if isinstance(value, float) else None, "soft")


def _count(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else text(value)
    words = count(value) if isinstance(value, int) else decimal(value)
    return f'<span data-value="{value}">{words}</span>'


def _without_gaze(quality: Mapping[str, object]) -> str:
    """Return sessions without gaze, and those whose gaze could not be read."""
    absent, broken = quality.get("without_gaze"), quality.get("broken")
    lines = []
    if isinstance(absent, Sequence) and absent:
        shown = ", ".join(str(name) for name in absent[:MOST_LISTED])
        lines.append(f"{len(absent)} sessions have no gaze: {shown}")
    if isinstance(broken, Mapping):
        lines += [f"{name}: {fault}" for name, fault in broken.items()]
    return "".join(note(line) for line in lines)
