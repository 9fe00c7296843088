"""``reports/index.html``: one file that holds its style, films and script, and asks nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.evaluation.explain import Faithfulness
from pipeline.nested import mapping_at
from pipeline.quarantine import Quarantined
from pipeline.reporting.curves import Curve
from pipeline.reporting.embedding import Embedded
from pipeline.reporting.flow_quality import FlowQuality
from pipeline.reporting.gallery import GalleryClip
from pipeline.reporting.markup import text
from pipeline.reporting.measuring import Results
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.published import Published
from pipeline.reporting.results import ResultRow
from pipeline.reporting.sections.cards import cards, header
from pipeline.reporting.sections.classes import classes_section
from pipeline.reporting.sections.confusion import confusion_section
from pipeline.reporting.sections.curves import curves_section
from pipeline.reporting.sections.embedding import embedding_section
from pipeline.reporting.sections.flow import flow_section
from pipeline.reporting.sections.gallery import gallery_section
from pipeline.reporting.sections.gaze import gaze_section
from pipeline.reporting.sections.gaze_metrics import gaze_metrics_section
from pipeline.reporting.sections.provenance import provenance_section
from pipeline.reporting.sections.quarantine import quarantine_section
from pipeline.reporting.sections.results import results_section

ASSETS_DIR = Path(__file__).with_name("assets")
SCRIPTS = ("theme.js", "table.js", "confusion.js", "chart.js", "clips.js")


@dataclass(frozen=True)
class PageContent:
    """All that the page shows beside the results; it computes nothing of its own.

    Args:
        methods: methods side by side.
        published: what papers report of the data set.
        gallery: clips with attention.
        faithfulness: deletion and insertion by stream and kind of map.
        embedded: clips as points, by stream.
        curves: learning curves.
        gaze_quality: content of ``reports/gaze_quality.json``; empty where no gaze was read.
        flow: of the stored flow; None where the method needs none.
        quarantine: entries of all stages.
        params: ``params.yaml``, flat.
        runs: addresses in the tracking store by what they are of.
    """

    methods: Sequence[ResultRow]
    published: Sequence[Published]
    gallery: Sequence[GalleryClip]
    faithfulness: Mapping[str, Mapping[str, Faithfulness]]
    embedded: Mapping[str, Embedded]
    curves: Sequence[Curve]
    gaze_quality: Mapping[str, object]
    flow: FlowQuality | None
    quarantine: Sequence[Quarantined]
    params: Mapping[str, object]
    runs: Mapping[str, str]


def render_page(config: ReportConfig, results: Results, content: PageContent) -> str:
    """Return the page.

    Args:
        config: the run's facts.
        results: its numbers.
        content: everything else.
    """
    parts = _parts(config, results, content)
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title, _ in parts)
    body = "".join(markup for _, _, markup in parts)
    title = f"{config.dataset} · {config.attention} · Fixate"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{_asset('page.css')}</style></head>"
        f'<body><a class="skip" href="#results">Skip to the results</a>'
        f"{header(config, len(results.test.clips), len(results.classes.names))}"
        f'<nav aria-label="Sections">{links}</nav>'
        f"<main>{cards(results.accuracies, results.intervals, results.chance)}{body}</main>"
        f"<script>{_script()}</script></body></html>\n"
    )


def _script() -> str:
    """Return all scripts, each in a block of its own: their names do not meet."""
    return "".join(f"{{\n{_asset(name)}}}\n" for name in SCRIPTS)


def _asset(name: str) -> str:
    return (ASSETS_DIR / name).read_text(encoding="utf-8")


def _parts(
    config: ReportConfig, results: Results, content: PageContent
) -> list[tuple[str, str, str]]:
    """Sections as (anchor, short title, markup); what was not asked for has no section."""
    classes, record = results.classes, results.record
    protocol = mapping_at(record["protocol"])
    methods = results_section(content.methods, content.published, config, protocol)
    parts = [("results", "Results", methods)]
    parts.append(("confusion", "Confusions", confusion_section(results.confusion, classes)))
    parts.append(("classes", "Classes", classes_section(results.confusion, classes)))
    faithfulness, is_joint = content.faithfulness, len(results.tests["joint"].clips) > 0
    if content.gallery or any(faithfulness.values()):
        gallery = gallery_section(content.gallery, classes, faithfulness, is_joint=is_joint)
        parts.append(("attention", "Attention", gallery))
    parts.append(("gaze-metrics", "Gaze and maps", gaze_metrics_section(results.gaze_metrics)))
    if content.embedded:
        parts.append(("features", "Features", embedding_section(content.embedded, classes)))
    if content.curves:
        parts.append(("curves", "Curves", curves_section(content.curves)))
    parts.append(("gaze", "Gaze", gaze_section(content.gaze_quality)))
    parts.append(("flow", "Flow", flow_section(content.flow)))
    parts.append(("quarantine", "Left out", quarantine_section(content.quarantine)))
    provenance = provenance_section(
        protocol,
        mapping_at(record["overlap"]),
        mapping_at(record["fingerprint"]),
        content.params,
        content.runs,
    )
    parts.append(("provenance", "Provenance", provenance))
    return parts
