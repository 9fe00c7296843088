"""Everything on the report that can be used, used in a real browser."""

import re

import pytest
from reporting.browsing import (
    NARROW,
    WIDE,
    column,
    drive_report,
    ground,
    open_browser,
    open_report,
    overflow,
    play,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture
def tab(browser, made):
    with open_report(browser, made.folders.reports / "index.html") as tab:
        yield tab


@pytest.fixture
def phone(browser, made):
    with open_report(browser, made.folders.reports / "index.html", is_phone=True) as tab:
        yield tab


def test_a_visit_goes_well(made):
    drive_report(made.folders.reports / "index.html")


def test_a_click_or_a_key_on_a_head_sorts_the_classes_and_says_so(tab):
    head = tab.locator("#classes th", has_text="recall")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    recalls = column(tab, 4)
    assert recalls == sorted(recalls, reverse=True)
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(tab, 4) == sorted(recalls)


def test_classes_are_filtered_by_words(tab):
    name = tab.locator("#classes tbody th").first.inner_text()
    total = tab.locator("#classes tbody tr").count()
    tab.get_by_label("Filter").fill(name)
    shown = tab.locator("#classes tbody tr:visible")
    assert 1 <= shown.count() < total
    assert (
        tab.locator("#classes [role=status]").inner_text() == f"{shown.count()} of {total} classes"
    )
    tab.get_by_label("Filter").fill("")
    assert tab.locator("#classes tbody tr:visible").count() == total


def test_a_cell_of_the_matrix_tells_its_clips_and_a_click_chooses_the_class(tab):
    told = tab.locator("#confusion-told")
    cell = tab.locator("#matrix .cells rect").first
    cell.hover()
    assert re.search(r"(right|named .+): \d+ clips?, \d+ % of \d+", told.inner_text())
    cell.click()
    assert "Named instead:" in told.inner_text()
    assert tab.locator("#classes tr.chosen").count() == 1
    tab.get_by_role("button", name="Show all classes").click()
    assert tab.locator("#classes tr.chosen").count() == 0


def test_the_matrix_is_driven_by_keys_and_normalised_by_a_button(tab):
    matrix = tab.locator("#matrix")
    matrix.focus()
    names = tab.locator("#classes tbody th").all_inner_texts()
    matrix.press("ArrowDown")
    matrix.press("ArrowRight")
    told = tab.locator("#confusion-told").inner_text()
    assert told.split(", right")[0] in names
    matrix.press("Enter")
    assert tab.locator("#classes tr.chosen").count() == 1
    matrix.press("Escape")
    assert tab.locator("#classes tr.chosen").count() == 0
    numbers = tab.locator("#matrix .cells text")
    counts = [int(number) for number in numbers.all_text_contents()]
    button = tab.get_by_role("button", name="Normalise rows")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    percents = [int(number) for number in numbers.all_text_contents()]
    rows = [float(each.get_attribute("y")) for each in tab.locator("#matrix .cells rect").all()]
    totals = {
        row: sum(n for n, own in zip(counts, rows, strict=True) if own == row) for row in rows
    }
    shares = [100 * count / totals[row] for count, row in zip(counts, rows, strict=True)]
    assert percents == pytest.approx(shares, abs=0.51)
    button.click()
    assert [int(number) for number in numbers.all_text_contents()] == counts


def test_the_matrix_shows_the_cell_that_the_keys_have_come_to(browser, many_classes):
    with open_report(browser, many_classes, is_phone=True) as tab:
        matrix, cursor = tab.locator("#matrix"), tab.locator("#matrix .cursor")
        matrix.focus()
        for _ in range(39):
            matrix.press("ArrowRight")
        assert is_visible_in(tab, cursor)
        for _ in range(39):
            matrix.press("ArrowDown")
        assert is_visible_in(tab, cursor)
        assert overflow(tab) == 0


def is_visible_in(tab, cursor) -> bool:
    """Return whether the cursor lies within the window and the matrix's box."""
    return cursor.evaluate(
        """(cursor) => {
          const own = cursor.getBoundingClientRect();
          const box = cursor.closest('.scroll').getBoundingClientRect();
          return own.left >= box.left - 1 && own.right <= Math.min(box.right, innerWidth) + 1
            && own.top >= 0 && own.bottom <= innerHeight + 1;
        }"""
    )


def test_a_tap_tells_a_cell_of_the_matrix_and_chooses_its_class(phone):
    cell = phone.locator("#matrix .cells rect").last
    cell.tap()
    told = phone.locator("#confusion-told").inner_text()
    assert re.match(rf".+: {cell.get_attribute('data-count')} clips?, \d+ % of \d+", told)
    assert "Named instead:" in told
    assert phone.locator("#classes tr.chosen").count() == 1


def test_a_tap_tells_the_values_of_a_chart(phone):
    chart = phone.locator("#curves .chart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    chart.tap(position={"x": box["width"] - 15, "y": box["height"] / 2})
    assert phone.locator("#curves output").first.inner_text().startswith("epoch 2:")


def test_a_film_plays_and_goes_on_under_another_map(tab):
    clip = tab.locator(".clip").first
    film = clip.locator("video")
    play(tab)
    assert film.evaluate("film => film.videoWidth") > 100
    moment = film.evaluate("film => film.currentTime")
    last = clip.locator("[data-film]").last
    last.press("Enter")
    tab.wait_for_function("document.querySelector('.clip video').readyState > 0")
    assert last.get_attribute("aria-pressed") == "true"
    assert film.get_attribute("aria-label") == last.get_attribute("data-label")
    assert film.evaluate("film => film.currentTime") == pytest.approx(moment, abs=0.1)
    assert film.evaluate("film => film.error") is None


def test_every_film_can_be_decoded(tab):
    broken = tab.evaluate(
        """() => Promise.all([...document.querySelectorAll('[data-film]')].map((button) =>
          new Promise((done) => {
            const film = document.createElement('video');
            film.onloadeddata = () => done(0);
            film.onerror = () => done(1);
            film.src = button.dataset.film;
          })))"""
    )
    assert broken == [0] * len(broken)
    assert broken


def test_a_chart_says_its_values_to_pointer_keys_and_screen_readers(tab):
    chart = tab.locator("#curves .chart").first
    chart.focus()
    first = chart.get_attribute("aria-valuetext")
    chart.press("ArrowRight")
    assert chart.get_attribute("aria-valuetext") != first
    chart.hover()
    shown = tab.locator("#curves output").first.inner_text()
    assert shown == chart.get_attribute("aria-valuetext")
    assert shown.startswith("epoch ")


def test_a_class_of_the_legend_leaves_its_points_alone_in_colour(tab):
    button = tab.locator(".legend button").first
    button.click()
    own = tab.locator(f"#features use[data-class='{button.get_attribute('data-class')}']")
    assert tab.locator("#features use:not(.faded)[data-class]").count() == own.count()
    button.click()
    assert tab.locator("#features .faded").count() == 0


@pytest.mark.parametrize("system", ["light", "dark"])
def test_colours_follow_the_system_and_the_button(tab, system):
    tab.emulate_media(color_scheme=system)
    before = ground(tab)
    is_dark = sum(map(int, re.findall(r"\d+", before)[:3])) < 200
    assert is_dark == (system == "dark")
    tab.locator("#theme").click()
    after = ground(tab)
    assert after != before
    assert tab.locator("#theme").inner_text() == (
        "Light colours" if system == "light" else "Dark colours"
    )


@pytest.mark.parametrize("viewport", [NARROW, WIDE])
def test_the_page_never_scrolls_sideways(tab, viewport):
    tab.set_viewport_size(viewport)
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert overflow(tab) == 0


def test_everything_that_can_be_used_is_reached_by_tab_and_has_a_name(tab):
    unnamed = tab.evaluate(
        """() => [...document.querySelectorAll('button, input, a, [tabindex="0"], summary, video')]
          .filter((each) => each.checkVisibility())
          .filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length))
          .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert unnamed == []
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the results"


def test_text_stands_out_from_its_ground_in_both_themes(tab):
    for system in ("light", "dark"):
        tab.emulate_media(color_scheme=system)
        ratios = tab.evaluate(CONTRASTS)
        assert min(ratios) >= 4.5, system


CONTRASTS = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((level) => level / 255)
      .map((level) => level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const ground = getComputedStyle(each).backgroundColor;
      if ((numbers(ground)[3] ?? 1) > 0.5) return ground;
    }
    return 'rgb(255, 255, 255)';
  };
  return ['.note', '.lead', '.badge', 'td', 'th', 'caption', 'nav a', '.chips span', 'small',
    'code', '.good', '.number', 'figcaption', 'section a', 'button']
    .flatMap((kind) => [...document.querySelectorAll(kind)].slice(0, 30))
    .filter((element) => element.checkVisibility())
    .map((element) => {
      const pair = [light(getComputedStyle(element).color), light(groundOf(element))];
      return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    });
}"""
