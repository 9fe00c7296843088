"""A report in a real browser, which may ask no network and complain of nothing."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NARROW, WIDE = {"width": 400, "height": 800}, {"width": 1280, "height": 900}


@contextmanager
def open_browser() -> Iterator:
    """Give Debian's Chromium without a window; the test is skipped where it is not there."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_report(browser, path: Path, *, is_phone: bool = False) -> Iterator:
    """Give the report in a fresh window; at the end see that it was content with itself.

    is_phone: a narrow window that is touched.
    """
    context = browser.new_context(viewport=NARROW if is_phone else WIDE, has_touch=is_phone)
    try:
        tab = context.new_page()
        complaints, asked = [], []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        yield tab
    finally:
        context.close()
    assert complaints == []
    assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}


def column(tab, number: int) -> list[float]:
    """Return the numbers of a column of the class table; a dash is -1."""
    cells = tab.locator(f"#classes tbody tr td:nth-child({number})").all_inner_texts()
    return [float(re.sub(r"[^\d.]", "", cell) or -1) for cell in cells]


def overflow(tab) -> int:
    """Return by how many pixels the page is wider than its window."""
    return tab.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def play(tab) -> None:
    """Play the first film until it moves, and stop it."""
    film = tab.locator(".clip video").first
    film.evaluate("film => film.play()")
    tab.wait_for_function("document.querySelector('.clip video').currentTime > 0.05")
    film.evaluate("film => film.pause()")


def ground(tab) -> str:
    """Return the page's background colour."""
    return tab.evaluate("getComputedStyle(document.body).backgroundColor")


def drive_report(path: Path) -> None:
    """Sort, filter, play, change the colours, and look through a phone's window."""
    with open_browser() as browser, open_report(browser, path) as tab:
        tab.locator("#classes th", has_text="recall").get_by_role("button").click()
        recalls = column(tab, 4)
        assert recalls == sorted(recalls, reverse=True)
        name = tab.locator("#classes tbody th").first.inner_text()
        tab.get_by_label("Filter").fill(name)
        shown = tab.locator("#classes tbody tr:visible").all_inner_texts()
        assert all(name.lower() in row.lower() for row in shown)
        play(tab)
        tab.emulate_media(color_scheme="light")
        before = ground(tab)
        tab.locator("#theme").click()
        assert ground(tab) != before
        tab.set_viewport_size(NARROW)
        assert overflow(tab) == 0
