"""What could not be used, counted by stage and reason; the first entries in words."""

from collections import Counter
from collections.abc import Sequence

from pipeline.quarantine import Quarantined
from pipeline.reporting.markup import section, table, text

MOST_ENTRIES_LISTED = 20
NOTHING = "Nothing was left out: every clip of the index was used."


def quarantine_section(entries: Sequence[Quarantined]) -> str:
    """Return the counts, and the first entries."""
    if not entries:
        return section("quarantine", "Left out", f'<p class="good">✓ {NOTHING}</p>')
    counts = Counter((entry.stage, entry.reason) for entry in entries)
    rows = [[text(stage), text(reason), str(n)] for (stage, reason), n in counts.most_common()]
    counted = table(["stage", "reason", "entries"], rows, caption="Entries by stage and reason")
    listed = [
        [text(entry.clip or entry.video or entry.session), text(entry.stage), text(entry.detail)]
        for entry in entries[:MOST_ENTRIES_LISTED]
    ]
    title = f"First {len(listed)} of {len(entries)} entries"
    details = table(["what", "stage", "detail"], listed, caption=title, kind="facts")
    lead = "Counted, never replaced by something else."
    return section("quarantine", "Left out", counted + details, lead=lead)
