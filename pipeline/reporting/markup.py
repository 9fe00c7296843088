"""Small pieces of HTML; every word that comes from data passes through `text`."""

import base64
import html
from collections.abc import Sequence


def text(value: object) -> str:
    """Escape a value for use between tags and inside quoted attributes."""
    return html.escape(str(value), quote=True)


def data_uri(content: bytes, kind: str) -> str:
    """Return an image as an address that holds the image itself; ``kind`` is png or jpeg."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def image(content: bytes, kind: str, alt: str, width: int | None = None) -> str:
    """Return an image with the words that stand for it, and its width in CSS pixels."""
    size = f' width="{width}"' if width else ""
    return f'<img src="{data_uri(content, kind)}" alt="{text(alt)}"{size} loading="lazy">'


def themed_picture(light: bytes, dark: bytes, alt: str, width: int) -> str:
    """Return a PNG that follows the reader's light or dark setting, ``width`` CSS pixels wide."""
    return (
        '<picture><source media="(prefers-color-scheme: dark)" '
        f'srcset="{data_uri(dark, "png")}">{image(light, "png", alt, width)}</picture>'
    )


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str, kind: str = ""
) -> str:
    """Return a table in a box that scrolls sideways; cells are markup, the first heads its row."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}">'
        f'<table class="{kind}"><caption>{text(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def section(anchor: str, title: str, body: str, *, lead: str = "") -> str:
    """Return a titled section that the navigation can point to."""
    note = f'<p class="lead">{text(lead)}</p>' if lead else ""
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-title">'
        f'<h2 id="{anchor}-title">{text(title)}</h2>{note}{body}</section>'
    )


def link(address: str, words: str) -> str:
    """Return a link, or plain words where there is no address that a browser may follow."""
    if not address.startswith(("http://", "https://")):
        return text(words)
    return f'<a href="{text(address)}" rel="noreferrer">{text(words)}</a>'


def bar(share: float, kind: str, tick: float | None = None) -> str:
    """Return a horizontal bar of a share in [0, 1], with a tick where chance lies."""
    mark = f'<i class="tick" style="left:{100 * tick:.2f}%"></i>' if tick is not None else ""
    return (
        f'<span class="bar {kind}" aria-hidden="true">'
        f'<i class="fill" style="width:{100 * share:.2f}%"></i>{mark}</span>'
    )
