"""How well each stream's maps show where the wearer looked, beside maps that know nothing."""

from collections.abc import Mapping, Sequence

from pipeline.nested import mapping_at
from pipeline.reporting.console import TITLES
from pipeline.reporting.markup import details, note, section, table, text
from pipeline.reporting.numbers import decimal

METRICS = {
    "auc_judd": "AUC-Judd",
    "auc_shuffled": "shuffled AUC",
    "nss": "NSS",
    "kl": "KL",
    "cc": "CC",
    "sim": "SIM",
    "angle_peak": "angle to peak, °",
    "angle_mass": "angle to mass, °",
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
}
KINDS = {
    "attention": "attention",
    "attention_inter_window": "attention of another window",
    "grad_cam": "Grad-CAM++",
    "grad_cam_inter_window": "Grad-CAM++ of another window",
    "uniform": "uniform",
    "centre": "centre",
    "training_gaze": "mean training gaze",
}
UNORDERED = ("precision", "recall")
"""They go with each map's own threshold: more of one is not a better map."""
BASELINES = {"training_gaze": "mean training gaze", "centre": "centre"}
"""What marks compare with: the first that there is, the better informed one."""
ARROWS = {"higher": "↑", "lower": "↓"}
ABSENT = "The stage gaze_metrics has not run: `dvc repro gaze_metrics` makes this table."
LEAD = (
    "Mean over test clips with gaze; below, the 95 % interval, sessions resampled. ↑ more is "
    "better, ↓ less is. ▲ better and ▼ worse than the mean gaze of the training clips, or, where "
    "they have none, than a blob in the middle of the image: the interval of the difference on the "
    "same clips has no zero in it. Precision and recall have no marks, since each map has a "
    "threshold of its own. Rows “minus” are differences on the same clips."
)

Record = Mapping[str, object]


def gaze_metrics_section(streams: Mapping[str, Record]) -> str:
    """Return a table for each stream, or why there is none.

    streams: content of ``reports/gaze_metrics_<stream>.json`` by stream; empty where the stage has
        not run.
    """
    parts = [_stream(name, record) for name, record in streams.items() if record]
    body = "".join(parts) or note(ABSENT)
    return section("gaze-metrics", "Gaze and maps", body, lead=LEAD if parts else "")


def _stream(stream: str, record: Record) -> str:
    reason = record.get("reason")
    if reason:
        return note(f"{TITLES[stream]}: {reason}.")
    kinds, definitions = mapping_at(record.get("kinds")), mapping_at(record.get("definitions"))
    better = mapping_at(definitions.get("better"))
    known = [name for name in METRICS if _has(kinds, name)]
    head = ["map", "clips", *(_head(name, str(better[name])) for name in known)]
    rows = [
        row
        for kind, own in kinds.items()
        for row in _rows(kind, mapping_at(own), {name: str(better[name]) for name in known})
    ]
    gaze = mapping_at(record.get("gaze"))
    caption = (
        f"{TITLES[stream]}: {gaze.get('clips_with_gaze')} of {gaze.get('clips')} clips have gaze, "
        f"{gaze.get('frames_counted')} frames counted"
    )
    why = _missing(kinds)
    return table(head, rows, caption=caption, kind="numbers") + details(
        f"{TITLES[stream]}: definitions and what is missing", _definitions(definitions, why)
    )


def _head(name: str, better: str) -> str:
    return METRICS[name] if name in UNORDERED else f"{METRICS[name]} {ARROWS[better]}"


def _rows(kind: str, own: Record, better: Mapping[str, str]) -> list[list[str]]:
    """Return a kind's means, and what they are above those of another window's maps."""
    metrics = {name: mapping_at(mapping_at(own.get("metrics")).get(name)) for name in better}
    title, clips = text(KINDS.get(kind, kind)), str(own.get("clips", "–"))
    marks = {name: _mark(kind, metrics[name], name, better[name]) for name in better}
    rows = [[title, clips, *(_mean(metrics[name], marks[name]) for name in better)]]
    above = {name: _minus(metrics[name], "inter_window") for name in better}
    if any(above.values()):
        rows.append([f"{title} minus another window", clips, *map(_mean, above.values())])
    return rows


def _mean(found: Record, mark: str = "") -> str:
    """Return a mean with its interval."""
    if not found:
        return "–"
    interval = _numbers(found.get("interval"))
    ends = f"<small>{decimal(interval[0])} to {decimal(interval[1])}</small>" if interval else ""
    return f"{decimal(float(str(found['mean'])), 3)}{mark}{ends}"


def _mark(kind: str, found: Record, name: str, better: str) -> str:
    """Return how a metric stands to the baseline's; nothing where that may be chance."""
    baseline = next((each for each in BASELINES if _minus(found, each)), None)
    if baseline is None or kind in BASELINES or name in UNORDERED:
        return ""
    difference = _numbers(_minus(found, baseline).get("interval"))
    if not difference or difference[0] * difference[1] <= 0:
        return ""
    is_better = (difference[0] > 0) == (better == "higher")
    words = f"{'better' if is_better else 'worse'} than {BASELINES[baseline]}"
    return f' <span role="img" aria-label="{words}">{"▲" if is_better else "▼"}</span>'


def _minus(found: Record, label: str) -> Record:
    """Return a metric's paired difference; empty where there is none."""
    return mapping_at(mapping_at(found.get("minus")).get(label))


def _definitions(definitions: Record, missing: Sequence[str]) -> str:
    rows = [
        [text(key.replace("_", " ")), f"<code>{text(value)}</code>"]
        for key, value in definitions.items()
        if key != "better"
    ]
    listed = table(["constant", "value"], rows, caption="Definitions", kind="facts")
    return listed + "".join(note(line) for line in missing)


def _missing(kinds: Record) -> list[str]:
    """Return why metrics are missing, each reason once."""
    reasons = {
        f"{METRICS.get(str(name), name)}: {reason}"
        for own in kinds.values()
        for name, reason in mapping_at(mapping_at(own).get("missing")).items()
    }
    return sorted(reasons)


def _has(kinds: Record, name: str) -> bool:
    return any(mapping_at(mapping_at(own).get("metrics")).get(name) for own in kinds.values())


def _numbers(value: object) -> list[float]:
    return [float(str(each)) for each in value] if isinstance(value, list) else []
