"""Each clip once: what is done with a name that the lists hold several times."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipeline.annotations.listing import ListedClip, leave_out
from pipeline.quarantine import Quarantined


def drop_duplicates(listed: Sequence[ListedClip]) -> tuple[list[ListedClip], list[Quarantined]]:
    """Keep the first of equal rows; leave a clip out wholly where its rows contradict each other.

    A clip in several parts would be trained on and then tested, a clip with several labels has
    none: neither row can be trusted.
    """
    by_name: dict[str, list[ListedClip]] = defaultdict(list)
    for clip in listed:
        by_name[clip.clip].append(clip)
    kept, quarantined = [], []
    for copies in by_name.values():
        if len({replace(copy, place="") for copy in copies}) == 1:
            kept.append(copies[0])
            quarantined += [
                leave_out(copy, "duplicate_clip", f"the same as {copies[0].place}, which is kept")
                for copy in copies[1:]
            ]
        else:
            quarantined += _contradictions(copies)
    return kept, quarantined


def _contradictions(copies: Sequence[ListedClip]) -> list[Quarantined]:
    parts = sorted({copy.part for copy in copies})
    if len(parts) > 1:
        reason, detail = "in_several_parts", f"listed as {' and '.join(parts)}; all rows left out"
    else:
        reason, detail = "duplicate_clip", "rows of this name differ; all of them left out"
    return [leave_out(copy, reason, detail) for copy in copies]
