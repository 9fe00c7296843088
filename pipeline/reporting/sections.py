"""The page's sections on results: table of methods, classes, confusions, clips, curves."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.metrics import ClassRow
from pipeline.reporting.console import TITLES, percent
from pipeline.reporting.curves import Curve
from pipeline.reporting.figures import css_width, draw_confusion, draw_curves
from pipeline.reporting.gallery import GalleryClip
from pipeline.reporting.markup import bar, image, link, section, table, text, themed_picture
from pipeline.reporting.results import NO_ATTENTION, ResultRow
from pipeline.reporting.theme import DARK, LIGHT

MOST_CONFUSIONS = 8
MOST_CLASSES_BESIDE_A_TABLE = 16
MOST_CLASSES_WITHOUT_SCROLLING = 40
COLUMNS = ("rgb", "flow", "fused")


def results_section(rows: Sequence[ResultRow]) -> str:
    """Streams by attention method: micro and macro accuracy, gains over no attention."""
    baseline = next((row for row in rows if row.attention == NO_ATTENTION), None)
    body = []
    for row in rows:
        name = "without attention" if row.attention == NO_ATTENTION else f"with {row.attention}"
        mark = ' <span class="badge">this run</span>' if row.is_this_run else ""
        cells = [
            _result(row, baseline, stream, kind)
            for stream in COLUMNS
            for kind in ("micro", "macro")
        ]
        body.append([text(name) + mark, *cells, link(row.link, row.run)])
    head = [f"{TITLES[stream]} {kind}" for stream in COLUMNS for kind in ("micro", "macro")]
    caption = "Test accuracy by stream and attention"
    hint = ""
    if len(rows) == 1:
        other = "stam" if baseline else NO_ATTENTION
        hint = (
            '<p class="note">One method so far. To set another beside it: '
            f"<code>dvc exp run -S model.attention={other}</code></p>"
        )
    return section(
        "results",
        "Results",
        table(["method", *head, "run"], body, caption=caption, kind="numbers") + hint,
        lead="Equal data, split, recipe and seed; in brackets the gain over no attention.",
    )


def _result(row: ResultRow, baseline: ResultRow | None, stream: str, kind: str) -> str:
    shares = row.micro if kind == "micro" else row.macro
    cell = percent(shares.get(stream))
    if baseline is None or baseline is row or stream not in shares:
        return cell
    before = baseline.micro if kind == "micro" else baseline.macro
    if stream not in before:
        return cell
    gain = 100 * (shares[stream] - before[stream])
    sign = "up" if gain > 0 else "down" if gain < 0 else "same"
    return f'{cell} <small class="{sign}">({gain:+.1f})</small>'


def confusion_section(confusion: Int[np.ndarray, "K K"], classes: Classes) -> str:
    """The confusion matrix, and the commonest confusions in words."""
    wrong = confusion - np.diag(confusion.diagonal())
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSIONS]
    pairs = [divmod(int(cell), len(classes.names)) for cell in order]
    rows = [
        [text(classes.names[true]), text(classes.names[named]), str(wrong[true, named])]
        for true, named in pairs
        if wrong[true, named]
    ]
    alt = (
        f"Confusion matrix of {len(classes.names)} actions; {confusion.trace()} of "
        f"{confusion.sum()} test clips lie on its diagonal. A table of the commonest confusions "
        "follows."
    )
    light = draw_confusion(confusion, classes.names, LIGHT)
    dark = draw_confusion(confusion, classes.names, DARK)
    figure = themed_picture(light, dark, alt, css_width(light))
    is_wide = len(classes.names) > MOST_CLASSES_WITHOUT_SCROLLING
    kind = 'class="scroll natural" tabindex="0"' if is_wide else 'class="wide"'
    listed = table(["true", "named", "clips"], rows, caption="Commonest confusions")
    layout = "split" if len(classes.names) <= MOST_CLASSES_BESIDE_A_TABLE else "stacked"
    body = f'<div class="{layout}"><figure {kind}>{figure}</figure>{listed * bool(rows)}</div>'
    return section("confusion", "Confusions", body, lead="Fused scores; a row is a true class.")


def classes_section(rows: Sequence[ClassRow], classes: Classes) -> str:
    """Every class with its share of right clips; a click on a column sorts."""
    body = [
        [
            text(classes.names[row.class_id]),
            str(row.num_clips),
            str(row.num_correct),
            _share(row.recall),
            _share(row.precision),
        ]
        for row in sorted(rows, key=lambda row: (-row.num_clips, row.class_id))
    ]
    absent = sum(row.num_clips == 0 for row in rows)
    lead = "Fused scores. Recall is the share of the class’s clips that were named so."
    if absent:
        lead += f" {absent} classes have no test clip; Provenance says how macro counts them."
    head = ["class", "test clips", "right", "recall", "precision"]
    caption = f"Accuracy of {len(rows)} classes"
    return section(
        "classes", "Classes", table(head, body, caption=caption, kind="sortable numbers"), lead=lead
    )


def _share(share: float | None) -> str:
    if share is None:
        return '<span data-value="-1">–</span>'
    return (
        f'<span class="cell" data-value="{share:.6f}">{bar(share, "fused")}{percent(share)}</span>'
    )


def gallery_section(clips: Sequence[GalleryClip], classes: Classes, lead: str) -> str:
    """Chosen test clips: frames with gaze, and each stream's attention over them."""
    body = "".join(_gallery_card(clip, classes) for clip in clips)
    return section("attention", "Attention", f'<div class="gallery">{body}</div>', lead=lead)


def _gallery_card(clip: GalleryClip, classes: Classes) -> str:
    named = clip.guesses[0][0]
    is_right = named == clip.label
    verdict = "right" if is_right else "wrong"
    strips = "".join(
        f'<figure class="strip"><figcaption>{text(strip.title)}</figcaption>'
        f"{image(strip.jpeg, 'jpeg', f'{strip.description}; clip {clip.name}')}</figure>"
        for strip in clip.strips
    )
    guesses = "".join(
        f'<li class="{"hit" if action == clip.label else "miss"}">'
        f"<span>{text(classes.names[action])}</span>"
        f"{bar(share, 'fused')}<b>{percent(share)}</b></li>"
        for action, share in clip.guesses
    )
    gazed = f"gaze in {clip.num_gazed} of {len(clip.frames)} frames shown"
    return (
        f'<article class="clip {verdict}"><h3>{text(classes.names[clip.label])} '
        f'<span class="badge {verdict}">{verdict}</span></h3>{strips}'
        f'<ol class="streams" aria-label="best guesses">{guesses}</ol>'
        f'<p class="note"><code>{text(clip.name)}</code> · {gazed}</p></article>'
    )


def curves_section(curves: Sequence[Curve]) -> str:
    """Losses and validation accuracy of each phase."""
    ends = [
        f"{curve.stream} {curve.phase} {name} {curve.columns[name][-1][1]:.3f}"
        for curve in curves
        for name in ("train/loss", "val/loss", "val/top1")
        if name in curve.columns
    ]
    alt = "Learning curves by epoch. Last values: " + "; ".join(ends)
    light, dark = draw_curves(curves, LIGHT), draw_curves(curves, DARK)
    figure = themed_picture(light, dark, alt, css_width(light))
    body = f'<figure class="wide">{figure}</figure>'
    return section("curves", "Learning curves", body, lead="Solid: training. Dashed: validation.")
