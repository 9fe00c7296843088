import re
from html.parser import HTMLParser
from itertools import pairwise

import h5py
import pytest
from reporting.made_run import CONFIG, NO_RUN

from pipeline.evaluation.scores import read_scores, write_scores
from pipeline.reporting.page import ASSETS_DIR, SCRIPTS
from pipeline.reporting.report import write_page


class Addresses(HTMLParser):
    """Collects what a browser would load by itself, headings, ids, and words for pictures."""

    def __init__(self, page):
        super().__init__()
        self.loaded, self.headings, self.words, self.tags, self.ids = [], [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.append(tag)
        self.loaded += [named[key] for key in ("src", "srcset", "poster") if key in named]
        self.loaded += [named["href"]] if tag == "link" else []
        self.ids += [named["id"]] if "id" in named else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "video" or named.get("role") in ("img", "slider", "application"):
            self.words.append(named.get("aria-label", ""))


@pytest.fixture(scope="module")
def page(made):
    return (made.folders.reports / "index.html").read_text(encoding="utf-8")


def test_the_page_loads_nothing_from_outside(page):
    found = Addresses(page)
    assert found.loaded
    assert all(re.match("data:(image/jpeg|video/mp4);base64,", each) for each in found.loaded)
    assert "link" not in found.tags
    assert "@import" not in page
    assert "url(" not in page


def test_words_from_data_are_escaped(page):
    assert "<b>&quot;tomato" not in page
    assert "&lt;b&gt;&quot;tomato&quot;&lt;/b&gt; &amp; onion" in page
    assert "S&lt;1&gt;" in page
    assert "truncated &amp; short" in page


def test_every_picture_has_words_and_headings_skip_no_level(page):
    found = Addresses(page)
    films, matrix, charts = 2, 1, 2 + 2 + 1 + 2  # t-SNE, curves, flow, histograms
    assert len(found.words) == films + matrix + charts
    assert all(found.words)
    assert found.headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(found.headings))


def test_no_two_elements_share_an_id(page):
    ids = Addresses(page).ids
    assert len(ids) == len(set(ids))


def test_every_navigation_link_has_its_section(page):
    for anchor in re.findall(r'<a href="#([\w-]+)">', page):
        assert f'<section id="{anchor}"' in page


def test_the_page_is_the_same_when_made_again(run, page):
    results = run.measure(versions={"python": "3.11"})
    path = write_page(CONFIG, run.folders, results, run.around())
    assert path.read_text(encoding="utf-8") == page


def test_a_report_without_maps_curves_or_gaze_says_so_or_leaves_their_sections_out(run):
    for path in [*run.folders.models.rglob("*.csv"), run.folders.reports / "gaze_quality.json"]:
        path.unlink()
    with h5py.File(run.folders.data / "explain" / "rgb.h5", "r+") as file:
        del file["sample"]
    few = CONFIG.model_copy(update={"overlay_clips": 0})
    page = write_page(few, run.folders, run.measure(few), run.around(NO_RUN)).read_text()
    assert re.findall(r'<section id="([\w-]+)"', page) == [
        *("results", "confusion", "classes", "gaze-metrics", "features", "gaze", "flow"),
        *("quarantine", "provenance"),
    ]
    assert "no gaze recordings" in page
    assert "gaze_metrics has not run" in page
    assert "Runs in MLflow" not in page


def test_without_films_there_is_still_the_table_of_deletion_and_insertion(run):
    few = CONFIG.model_copy(update={"overlay_clips": 0})
    page = write_page(few, run.folders, run.measure(few), run.around(NO_RUN)).read_text()
    section = re.search('<section id="attention".*?</section>', page).group()
    assert "deletion (less is better)" in section
    assert "No films were asked for" in section
    assert "video" not in section


@pytest.mark.parametrize("is_joint", [True, False])
def test_the_page_says_that_maps_are_not_of_a_network_of_both_streams(run, is_joint):
    scores = run.folders.data / "scores"
    if is_joint:
        write_scores(scores / "joint.h5", read_scores(scores / "fused.h5"))
        (run.folders.models / "joint.pt").write_bytes(b"joint")
    page = write_page(CONFIG, run.folders, run.measure(), run.around(NO_RUN)).read_text()
    assert ("each is of its own stream’s network" in page) == is_joint


def test_style_and_scripts_are_small():
    sizes = [(ASSETS_DIR / name).stat().st_size for name in (*SCRIPTS, "page.css")]
    assert sum(sizes) < 21 * 1024
    assert {path.name for path in ASSETS_DIR.iterdir()} == {*SCRIPTS, "page.css"}
