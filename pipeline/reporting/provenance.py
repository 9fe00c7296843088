"""The page's sections on where the numbers come from: gaze, quarantine, protocol, fingerprint."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.quarantine import Quarantined
from pipeline.reporting.console import percent
from pipeline.reporting.markup import link, section, table, text

MOST_ENTRIES_LISTED = 20
SHARES = ("_share", "_coverage")
"""Endings of the gaze report's shares, which stand before its counts."""


def gaze_section(quality: Mapping[str, object]) -> str:
    """Counts of the gaze stage by session, its totals first."""
    sessions = quality.get("sessions")
    rows = {"all sessions": quality.get("total")}
    rows |= sessions if isinstance(sessions, Mapping) else {}
    counts = {name: row for name, row in rows.items() if isinstance(row, Mapping)}
    columns = list(dict.fromkeys(key for row in counts.values() for key in row))
    columns.sort(key=lambda column: not column.endswith(SHARES))
    body = [
        [text(name), *(_value(column, row.get(column)) for column in columns)]
        for name, row in counts.items()
    ]
    head = ["session", *(text(column.replace("_", " ")) for column in columns)]
    listed = table(head, body, caption="Gaze by session", kind="numbers")
    return section("gaze", "Gaze quality", (listed if body else "") + _without_gaze(quality))


def _without_gaze(quality: Mapping[str, object]) -> str:
    """Sessions without gaze, and those whose gaze could not be read."""
    absent, broken = quality.get("without_gaze"), quality.get("broken")
    lines = []
    if isinstance(absent, Sequence) and absent:
        shown = ", ".join(str(name) for name in absent[:MOST_ENTRIES_LISTED])
        lines.append(f"{len(absent)} sessions have no gaze: {shown}")
    if isinstance(broken, Mapping):
        lines += [f"{name}: {fault}" for name, fault in broken.items()]
    return "".join(f'<p class="note">{text(line)}</p>' for line in lines)


def quarantine_section(entries: Sequence[Quarantined]) -> str:
    """What could not be used, counted by stage and reason; the first entries in words."""
    if not entries:
        body = '<p class="good">Nothing was left out: every clip of the index was used.</p>'
        return section("quarantine", "Left out", body)
    counts = Counter((entry.stage, entry.reason) for entry in entries)
    rows = [[text(stage), text(reason), str(n)] for (stage, reason), n in counts.most_common()]
    counted = table(["stage", "reason", "entries"], rows, caption="Entries by stage and reason")
    listed = [
        [text(entry.clip or entry.video or entry.session), text(entry.stage), text(entry.detail)]
        for entry in entries[:MOST_ENTRIES_LISTED]
    ]
    title = f"First {len(listed)} of {len(entries)} entries"
    details = table(["what", "stage", "detail"], listed, caption=title)
    lead = "Counted, never replaced by something else."
    return section("quarantine", "Left out", counted + details, lead=lead)


def provenance_section(
    protocol: Mapping[str, object], fingerprint: Mapping[str, object], runs_link: str
) -> str:
    """The protocol and everything else that would change a number."""
    groups = [
        table(["protocol", "value"], _flat_rows(protocol), caption="Protocol", kind="facts"),
        table(["key", "value"], _flat_rows(fingerprint), caption="Fingerprint", kind="facts"),
    ]
    runs = (
        f"<p>{link(runs_link, 'Runs in MLflow')} (serve them with <code>make ui</code>)</p>"
        if runs_link
        else ""
    )
    lead = "Two reports whose protocol and fingerprint agree may be compared."
    body = f'{runs}<div class="pair">{"".join(groups)}</div>'
    return section("provenance", "Provenance", body, lead=lead)


def _flat_rows(values: Mapping[str, object], prefix: str = "") -> list[list[str]]:
    rows = []
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += _flat_rows(value, f"{name}.")
        else:
            rows.append([text(name), f"<code>{text(value)}</code>"])
    return rows


def _value(column: str, value: object) -> str:
    if isinstance(value, float):
        return percent(value) if column.endswith(SHARES) else f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")  # a narrow space, as of many languages
    return "–" if value is None else text(value)
