"""``reports/index.html``: one file that holds its style, pictures and script, and asks nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.metrics import class_table
from pipeline.evaluation.summary import Accuracy
from pipeline.quarantine import Quarantined
from pipeline.reporting.cards import cards, header
from pipeline.reporting.curves import Curve
from pipeline.reporting.gallery import GalleryClip
from pipeline.reporting.markup import text
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.provenance import gaze_section, provenance_section, quarantine_section
from pipeline.reporting.results import ResultRow
from pipeline.reporting.sections import (
    classes_section,
    confusion_section,
    curves_section,
    gallery_section,
    results_section,
)

STYLE_PATH = Path(__file__).with_name("page.css")
SCRIPT_PATH = Path(__file__).with_name("page.js")

GALLERY_LEAD = (
    "Test clips chosen by a seed. The ring is the wearer’s gaze, drawn where the tracker had one. "
    "Heat is the attention map, scaled over the clip; what the centre crop cuts off is dim."
)
NO_MAPS_LEAD = (
    "Test clips chosen by a seed, with the wearer’s gaze where the tracker had one. "
    "This method has no attention map."
)


@dataclass(frozen=True)
class PageContent:
    """All that the page shows; it computes nothing of its own.

    Args:
        config: the run's facts.
        accuracies: of the test part by stream; None where a stream does not exist.
        chance: accuracy of the commonest training class.
        confusion: counts of the fused scores, (K, K).
        classes: the class table.
        results: methods side by side.
        curves: learning curves.
        gallery: clips with attention.
        gaze_quality: content of ``reports/gaze_quality.json``; empty where no gaze was read.
        quarantine: entries of all stages.
        protocol: how the numbers were made.
        fingerprint: what else would change them.
        runs_link: address of the runs; empty where there is none.
    """

    config: ReportConfig
    accuracies: Mapping[str, Accuracy | None]
    chance: float
    confusion: Int[np.ndarray, "K K"]
    classes: Classes
    results: Sequence[ResultRow]
    curves: Sequence[Curve]
    gallery: Sequence[GalleryClip]
    gaze_quality: Mapping[str, object]
    quarantine: Sequence[Quarantined]
    protocol: Mapping[str, object]
    fingerprint: Mapping[str, object]
    runs_link: str


def render_page(content: PageContent) -> str:
    """Return the page."""
    parts = _parts(content)
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title, _ in parts)
    body = "".join(markup for _, _, markup in parts)
    title = f"{content.config.dataset} · {content.config.attention} · Fixate"
    num_clips = int(content.confusion.sum())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{text(title)}</title><style>{STYLE_PATH.read_text(encoding='utf-8')}</style></head>"
        f'<body><a class="skip" href="#results">Skip to the results</a>'
        f"{header(content.config, num_clips, len(content.classes.names))}"
        f'<nav aria-label="Sections">{links}</nav>'
        f"<main>{cards(content.accuracies, content.chance)}{body}</main>"
        f"<script>{SCRIPT_PATH.read_text(encoding='utf-8')}</script></body></html>\n"
    )


def _parts(content: PageContent) -> list[tuple[str, str, str]]:
    """Sections as (anchor, short title, markup); what has no content has no section."""
    parts = [("results", "Results", results_section(content.results))]
    if content.gallery:
        has_maps = any(len(clip.strips) > 1 for clip in content.gallery)
        lead = GALLERY_LEAD if has_maps else NO_MAPS_LEAD
        gallery = gallery_section(content.gallery, content.classes, lead)
        parts.append(("attention", "Attention", gallery))
    rows = class_table(content.confusion)
    parts.append(("confusion", "Confusions", confusion_section(content.confusion, content.classes)))
    parts.append(("classes", "Classes", classes_section(rows, content.classes)))
    if content.curves:
        parts.append(("curves", "Curves", curves_section(content.curves)))
    if content.gaze_quality:
        parts.append(("gaze", "Gaze", gaze_section(content.gaze_quality)))
    parts.append(("quarantine", "Left out", quarantine_section(content.quarantine)))
    provenance = provenance_section(content.protocol, content.fingerprint, content.runs_link)
    parts.append(("provenance", "Provenance", provenance))
    return parts
