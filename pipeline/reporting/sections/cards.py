"""The page's first screen: what was run, and each accuracy with interval, streams and chance."""

from collections.abc import Mapping

from pipeline.evaluation.summary import Accuracy
from pipeline.reporting.console import TITLES
from pipeline.reporting.markup import bar, text
from pipeline.reporting.numbers import percent, percent_range
from pipeline.reporting.params import ReportConfig
from pipeline.statistics.bootstrap import Interval

MEASURES = {
    "micro": ("Micro accuracy", "clips whose top action is right"),
    "macro": ("Macro accuracy", "mean over classes of each class’s share"),
    "top5": ("Top-5", "the action is among the five best"),
    "verb": ("Verb", "the top action has the right verb"),
    "noun": ("Noun", "the top action has the right main noun"),
}
STREAM_ORDER = ("fused", "rgb", "flow", "joint")

Intervals = Mapping[str, Mapping[str, Interval | None] | None]


def header(config: ReportConfig, num_clips: int, num_classes: int) -> str:
    """Return the title with the run's facts, and the button that changes the colours."""
    facts = {
        "data set": config.dataset,
        "recipe": config.recipe,
        "attention": config.attention,
        "split": config.split,
        "gaze": config.gaze,
        "seed": config.seed,
        "test clips": num_clips,
        "classes": num_classes,
    }
    chips = "".join(
        f"<li><span>{text(key)}</span> {text(value)}</li>" for key, value in facts.items()
    )
    return (
        '<header><div class="brand"><svg viewBox="0 0 32 32" aria-hidden="true">'
        '<circle cx="16" cy="16" r="12"/><circle cx="16" cy="16" r="4.5" class="dot"/>'
        '<path d="M16 0v7M16 25v7M0 16h7M25 16h7"/></svg>'
        f"<div><p>Fixate report</p><h1>{text(config.dataset)} · {text(config.attention)}</h1></div>"
        '<button type="button" id="theme" hidden></button></div>'
        f'<ul class="chips">{chips}</ul></header>'
    )


def cards(accuracies: Mapping[str, Accuracy | None], intervals: Intervals, chance: float) -> str:
    """Return a card for each accuracy: the fused number, and bars of all streams."""
    made = "".join(_card(measure, accuracies, intervals, chance) for measure in MEASURES)
    return f'<div class="cards">{made}</div>'


def _card(
    measure: str, accuracies: Mapping[str, Accuracy | None], intervals: Intervals, chance: float
) -> str:
    title, meaning = MEASURES[measure]
    shares = {
        stream: accuracy.as_dict()[measure]
        for stream in STREAM_ORDER
        if (accuracy := accuracies.get(stream)) is not None
    }
    ends = {stream: (intervals.get(stream) or {}).get(measure) for stream in shares}
    fused = shares["fused"]
    tick = chance if measure == "micro" else None
    rows = "".join(
        f"<li><span>{TITLES[stream]}</span>{bar(share, stream, tick=tick, interval=ends[stream])}"
        f"<b>{percent(share)}</b></li>"
        for stream, share in shares.items()
        if share is not None
    )
    told = f"{meaning}{_against_chance(fused, chance) if measure == 'micro' else ''}"
    if fused is None:
        told = "this data set’s actions have none"
    between = f"<small>95 %: {percent_range(ends['fused'])}</small>" if ends["fused"] else ""
    main = " main" if measure in ("micro", "macro") else ""
    return (
        f'<article class="card{main}"><h2>{title}</h2>'
        f'<p class="number">{percent(fused)} {between}</p>'
        f'<ul class="streams">{rows}</ul><p class="note">{told}</p></article>'
    )


def _against_chance(share: float | None, chance: float) -> str:
    times = f", {share / chance:.1f} times" if share is not None and chance > 0 else "; against"
    return f"{times} chance ({percent(chance)}, the tick)"
