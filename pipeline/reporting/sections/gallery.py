"""Chosen test clips as films: what each stream looked at, what it named, and what is true."""

from collections.abc import Mapping, Sequence

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.explain import MAP_TITLES, Faithfulness
from pipeline.reporting.console import TITLES
from pipeline.reporting.films import Film
from pipeline.reporting.gallery import FRAMES, GalleryClip
from pipeline.reporting.markup import badge, bar, data_uri, note, section, table, text
from pipeline.reporting.numbers import decimal, percent

LEAD = (
    "Test clips chosen by a seed. Heat is where a stream’s map is high, scaled over the clip; what "
    "the centre crop cuts off is dim. The ring is the wearer’s gaze, drawn where the tracker had "
    "one. Attention is the method’s own map: what it weighs its features by, or, in IGA, where it "
    "expects the gaze. Grad-CAM++ is what speaks for the class that the stream names."
)
NO_MAPS_LEAD = (
    "Test clips chosen by a seed, with the wearer’s gaze where the tracker had one. "
    "This method has no maps."
)
NO_CLIPS_LEAD = "No films were asked for."
JOINT = (
    "The fused number, and the guesses below a film, are those of a network of both streams. The "
    "maps are not: each is of its own stream’s network."
)
KINDS: dict[str, str] = {
    "attention": MAP_TITLES["attention"],
    "grad_cam": MAP_TITLES["grad_cam"],
    "random": "random map",
}
"""Rows of the table of faithfulness."""


def gallery_section(
    clips: Sequence[GalleryClip],
    classes: Classes,
    faithfulness: Mapping[str, Mapping[str, Faithfulness]],
    *,
    is_joint: bool,
) -> str:
    """Return the clips' cards, and how far their maps can be trusted.

    Args:
        clips: those that are shown.
        classes: their names.
        faithfulness: by stream and kind of map.
        is_joint: whether the fused scores are those of a network of both streams.
    """
    cards = "".join(_card(clip, classes) for clip in clips)
    shown = f'<div class="gallery">{cards}</div>' if clips else ""
    body = f"{note(JOINT) if is_joint else ''}{shown}{_faithfulness(faithfulness)}"
    return section("attention", "Attention", body, lead=_lead(clips))


def _lead(clips: Sequence[GalleryClip]) -> str:
    if not clips:
        return NO_CLIPS_LEAD
    return LEAD if any(len(clip.films) > 1 for clip in clips) else NO_MAPS_LEAD


def _card(clip: GalleryClip, classes: Classes) -> str:
    verdict = "right" if clip.guesses[0][0] == clip.label else "wrong"
    truth = classes.names[clip.label]
    guesses = "".join(
        f'<li class="{"hit" if action == clip.label else "miss"}">'
        f"<span>{text(classes.names[action])}{' ✓' * (action == clip.label)}</span>"
        f"{bar(share, 'fused')}<b>{percent(share)}</b></li>"
        for action, share in clip.guesses
    )
    films = list(clip.films.items())
    buttons = "".join(
        _button(title, film, clip, is_first=not n) for n, (title, film) in enumerate(films)
    )
    title, first = films[0]
    return (
        f'<article class="clip"><h3>{text(truth)} {badge(verdict, verdict)}</h3>'
        f"<video controls muted loop playsinline "
        f'poster="{data_uri(first.poster, "image/jpeg")}" '
        f'src="{data_uri(first.mp4, "video/mp4")}" aria-label="{_words(title, clip)}"></video>'
        f'<div class="tools" data-player hidden><button type="button">Play</button>'
        f'<input type="range" min="0" max="1" step="any" value="0" aria-label="Moment"></div>'
        f'<div class="tools" role="group" aria-label="Maps of {text(truth)}">{buttons}</div>'
        f'<ol class="streams" aria-label="Best guesses, fused">{guesses}</ol>'
        f'<p class="note"><code>{text(clip.name)}</code><br>'
        f"gaze in {clip.num_gazed} of {clip.num_frames} frames</p></article>"
    )


def _button(title: str, film: Film, clip: GalleryClip, *, is_first: bool) -> str:
    """Return the button that shows a film; the first one's film is the player's already."""
    address = "" if is_first else data_uri(film.mp4, "video/mp4")
    poster = "" if is_first else data_uri(film.poster, "image/jpeg")
    return (
        f'<button type="button" aria-pressed="{str(is_first).lower()}" data-film="{address}" '
        f'data-poster="{poster}" data-label="{_words(title, clip)}">{text(title)}</button>'
    )


def _words(title: str, clip: GalleryClip) -> str:
    """Return what a film shows, for those who do not see it."""
    over = "with the wearer’s gaze" if title == FRAMES else f"under a heat map of {title}"
    return text(f"Film of {clip.num_frames} frames {over}; clip {clip.name}")


def _faithfulness(found: Mapping[str, Mapping[str, Faithfulness]]) -> str:
    """Return the mean areas of deletion and insertion by stream and kind of map."""
    rows = [
        [
            f"{TITLES[stream]} {KINDS[kind]}",
            decimal(float(of_kind.deletion_areas.mean()), 3),
            decimal(float(of_kind.insertion_areas.mean()), 3),
            str(len(of_kind.clips)),
        ]
        for stream, of_stream in found.items()
        for kind, of_kind in sorted(of_stream.items(), key=lambda item: list(KINDS).index(item[0]))
    ]
    if not rows:
        return ""
    head = ["map", "deletion (less is better)", "insertion (more is better)", "clips"]
    caption = (
        "How far maps can be trusted: probability of the named class while the pixels that a map "
        "ranks highest are taken away (deletion) or given (insertion), mean over all steps"
    )
    return table(head, rows, caption=caption, kind="numbers")
