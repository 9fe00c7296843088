import csv
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from pipeline.evaluation.scores import read_scores, write_scores
from pipeline.reporting.console import percent
from pipeline.reporting.markup import link
from pipeline.reporting.metrics_file import flat_metrics
from pipeline.reporting.report import Run, describe, measure_run, write_page

LINK = "http://127.0.0.1:5000/#/experiments/1/runs"
RUN, NO_RUN = Run("repro", f"{LINK}/2", LINK), Run("repro", "", "")
TRAINING = np.array([0, 1, 2])


class Addresses(HTMLParser):
    """Collects what a browser would load by itself, headings, and pictures' words."""

    def __init__(self, page):
        super().__init__()
        self.loaded, self.headings, self.words, self.tags = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.append(tag)
        self.loaded += [named[key] for key in ("src", "srcset") if key in named]
        self.loaded += [named["href"]] if tag == "link" else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.words.append(named.get("alt", ""))


@pytest.fixture(scope="module")
def page(made):
    return (made.reports / "index.html").read_text(encoding="utf-8")


def test_metrics_json_has_the_keys_of_the_design(config, folders):
    measure_run(config, folders, TRAINING, {"python": "3.11"})
    record = json.loads((folders.reports / "metrics.json").read_text())
    assert set(record) == {
        *("rgb", "flow", "joint", "fused", "chance", "num_classes", "num_clips"),
        *("protocol", "fingerprint"),
    }
    for stream in ("rgb", "flow", "fused"):
        assert set(record[stream]) == {"micro", "macro", "top5", "verb", "noun"}
        assert all(0 <= share <= 1 for share in record[stream].values())
    assert record["joint"] is None
    assert (record["num_classes"], record["num_clips"]) == (4, 4)


def test_accuracies_are_those_of_the_test_part_alone(config, folders):
    path = folders.data / "scores" / "fused.h5"
    scores = read_scores(path)
    right = np.eye(4, dtype=np.float32)[scores.labels]
    right[0] = [0, 0, 0, 9]  # the validation clip is wrong
    scores.logits[:] = right
    write_scores(path, scores)
    assert measure_run(config, folders, TRAINING, {}).accuracies["fused"].micro == 1.0


def test_chance_is_that_of_the_training_part(config, folders):
    assert (
        measure_run(config, folders, TRAINING, {}).chance == 0.25
    )  # class 0 of three equal ones: first


def test_the_fingerprint_says_what_shaped_the_images(config, folders):
    fingerprint = measure_run(config, folders, TRAINING, {"torch": "2"}).record["fingerprint"]
    assert fingerprint["frames"] == {"width": 20, "height": 14}
    assert fingerprint["flow"] == {"bound": 20}
    assert set(fingerprint["models"]) == {"rgb", "flow"}
    assert fingerprint["versions"] == {"torch": "2"}


def test_other_clips_give_another_digest(config, folders):
    before = measure_run(config, folders, TRAINING, {}).record["fingerprint"]["data"]
    path = folders.data / "index" / "clips.csv"
    path.write_text(path.read_text().replace("P1", "P2"))
    after = measure_run(config, folders, TRAINING, {}).record["fingerprint"]["data"]
    assert before["clips.csv"] != after["clips.csv"]
    assert before["classes.csv"] == after["classes.csv"]


def test_the_class_table_has_every_class_and_blanks_where_a_share_is_undefined(config, folders):
    measure_run(config, folders, TRAINING, {})
    with (folders.reports / "per_class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["num_clips"] for row in rows] == ["1", "2", "1", "0"]
    assert rows[3]["recall"] == ""


def test_the_page_loads_nothing_from_outside(page):
    found = Addresses(page)
    assert found.loaded
    assert all(address.startswith("data:image/") for address in found.loaded)
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
    assert len(found.words) == 2 + 3 * 2  # confusion, curves; frames and RGB maps of three clips
    assert all(found.words)
    assert found.headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(found.headings))


def test_every_navigation_link_has_its_section(page):
    for anchor in re.findall(r'<a href="#([\w-]+)">', page):
        assert f'<section id="{anchor}"' in page


def test_the_page_is_the_same_when_made_again(config, folders, store, page):
    results = measure_run(config, folders, TRAINING, {"python": "3.11"})
    path = write_page(config, folders, results, store, others=[], run=RUN)
    assert path.read_text(encoding="utf-8") == page


def test_a_link_that_is_no_web_address_is_no_link():
    assert link("javascript:alert(1)", "a < b") == "a &lt; b"


def test_a_report_without_curves_gaze_or_maps_leaves_their_sections_out(config, folders, store):
    for path in [*folders.models.rglob("*.csv"), folders.reports / "gaze_quality.json"]:
        path.unlink()
    few = config.model_copy(update={"overlay_clips": 0})
    results = measure_run(few, folders, TRAINING, {})
    page = write_page(few, folders, results, store, others=[], run=NO_RUN)
    assert re.findall(r'<section id="(\w+)"', page.read_text()) == [
        *("results", "confusion", "classes", "quarantine", "provenance"),
    ]


def test_the_printed_table_names_every_stream_chance_page_and_link(config, folders):
    results = measure_run(config, folders, TRAINING, {})
    lines = describe(results, folders.reports / "index.html", RUN)
    for words in ("Fused", "RGB", "Flow", "25.0 %", "reports/index.html", LINK):
        assert words in lines
    assert "Joint" not in lines
    assert percent(results.accuracies["rgb"].macro) in lines


def test_flat_metrics_are_named_by_stream(config, folders):
    results = measure_run(config, folders, TRAINING, {})
    flat = flat_metrics(results.record)
    assert flat["test/fused/micro"] == results.accuracies["fused"].micro
    assert flat["test/chance"] == 0.25
    assert not any(name.startswith("test/joint") for name in flat)
