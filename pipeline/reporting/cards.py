"""The page's first screen: what was run, and each accuracy with its streams and chance."""

from collections.abc import Mapping

from pipeline.evaluation.summary import Accuracy
from pipeline.reporting.console import TITLES, percent
from pipeline.reporting.markup import bar, text
from pipeline.reporting.params import ReportConfig

MEASURES = {
    "micro": ("Micro accuracy", "clips whose top action is right"),
    "macro": ("Macro accuracy", "mean over classes of each class’s share"),
    "top5": ("Top-5", "the action is among the five best"),
    "verb": ("Verb", "the top action has the right verb"),
    "noun": ("Noun", "the top action has the right main noun"),
}
STREAM_ORDER = ("fused", "rgb", "flow", "joint")


def header(config: ReportConfig, num_clips: int, num_classes: int) -> str:
    """Return the title with the run's facts."""
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
        f'</div><ul class="chips">{chips}</ul></header>'
    )


def cards(accuracies: Mapping[str, Accuracy | None], chance: float) -> str:
    """Return a card for each accuracy: the fused number, and bars of all streams."""
    return f'<div class="cards">{"".join(_card(key, accuracies, chance) for key in MEASURES)}</div>'


def _card(key: str, accuracies: Mapping[str, Accuracy | None], chance: float) -> str:
    title, meaning = MEASURES[key]
    shares = {
        stream: accuracy.as_dict()[key]
        for stream in STREAM_ORDER
        if (accuracy := accuracies.get(stream)) is not None
    }
    fused = shares["fused"]
    tick = chance if key == "micro" else None
    rows = "".join(
        f"<li><span>{TITLES[stream]}</span>{bar(share, stream, tick)}<b>{percent(share)}</b></li>"
        for stream, share in shares.items()
        if share is not None
    )
    note = f"{meaning}{_against_chance(fused, chance) if key == 'micro' else ''}"
    if fused is None:
        note = "this data set’s actions have none"
    main = " main" if key in ("micro", "macro") else ""
    return (
        f'<article class="card{main}"><h2>{title}</h2><p class="number">{percent(fused)}</p>'
        f'<ul class="streams">{rows}</ul><p class="note">{note}</p></article>'
    )


def _against_chance(share: float | None, chance: float) -> str:
    times = f", {share / chance:.1f} times" if share is not None and chance > 0 else "; against"
    return f"{times} chance ({percent(chance)}, the tick)"
