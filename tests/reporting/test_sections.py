import math
import re

import numpy as np
import pytest

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.explain import Faithfulness
from pipeline.reporting.curves import Curve
from pipeline.reporting.embedding import COLOURS, SHAPES, Embedded, class_marks
from pipeline.reporting.markup import bar, link, section
from pipeline.reporting.sections.classes import classes_section
from pipeline.reporting.sections.confusion import confusion_section, draw_matrix
from pipeline.reporting.sections.curves import curves_section
from pipeline.reporting.sections.embedding import embedding_section
from pipeline.reporting.sections.gallery import gallery_section
from pipeline.reporting.sections.gaze import gaze_section
from pipeline.reporting.sections.gaze_metrics import gaze_metrics_section
from pipeline.reporting.sections.provenance import provenance_section
from pipeline.statistics.bootstrap import Interval

NAMES = ("Take cup", "Put cup", "Open <fridge>")
CONFUSION = np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]])
NO_PARTS = np.full(3, -1)
CLASSES = Classes(NAMES, NO_PARTS, NO_PARTS)


def cells(matrix):
    """(row, column, count, share of the row) of every drawn cell."""
    size, margin = (
        float(re.search(f'data-{key}="(\\d+)"', matrix).group(1)) for key in ("cell", "margin")
    )
    pattern = r'<rect[^>]*? x="(\d+)" y="(\d+)"[^>]*data-count="(\d+)" style="--share:([\d.]+)'
    return [
        ((float(y) - margin) / size, (float(x) - margin) / size, int(count), float(share))
        for x, y, count, share in re.findall(pattern, matrix)
    ]


def test_the_matrix_draws_every_cell_with_a_clip_where_it_belongs():
    found = cells(draw_matrix(CONFUSION, NAMES))
    assert found == [(0, 0, 3, 0.75), (0, 1, 1, 0.25), (1, 0, 2, 0.333), (1, 1, 4, 0.667)]


def test_the_matrix_of_106_classes_has_no_numbers_in_its_cells_and_all_names():
    generator = np.random.default_rng(0)
    confusion = generator.integers(0, 2, (106, 106))
    matrix = draw_matrix(confusion, [f"class {number}" for number in range(106)])
    assert len(cells(matrix)) == np.count_nonzero(confusion)
    assert "<text x=" not in re.search('<g class="cells">(.*?)</g>', matrix).group(1)
    assert matrix.count("data-name=") == 2 * 106


def test_a_perfect_result_has_no_table_of_confusions():
    assert "Commonest" not in confusion_section(np.diag([1, 2, 0]), CLASSES)
    assert "Commonest" in confusion_section(CONFUSION, CLASSES)


def test_the_class_table_names_what_a_class_is_taken_for():
    page = classes_section(CONFUSION, CLASSES)
    assert "Take cup (2)" in page
    assert "Open &lt;fridge&gt;" in page
    assert page.index('id="class-1"') < page.index('id="class-0"')  # the largest first
    assert "1 classes have no test clip" in page


def embedded(labels, named):
    points = np.random.default_rng(0).normal(size=(len(labels), 2))
    return Embedded(
        [f"clip{n}" for n in range(len(labels))], points, np.array(labels), np.array(named)
    )


def test_a_wrong_clip_is_hollow_and_says_what_it_was_named():
    page = embedding_section({"rgb": embedded([0, 1, 1], [0, 1, 0])}, CLASSES)
    assert page.count('hollow"') == 1
    assert "Put cup, named Take cup; clip2" in page
    assert "2 of them named right" in page
    assert "Colour and shape together" in page


def test_one_clip_alone_can_be_shown():
    one = Embedded(["a"], np.zeros((1, 2)), np.array([0]), np.array([0]))
    assert "nan" not in embedding_section({"rgb": one}, CLASSES)


def test_a_verb_is_a_colour_and_a_noun_a_shape_where_there_are_few():
    classes = Classes(("a", "b", "c"), np.array([4, 4, 7]), np.array([2, 3, 2]))
    marks = class_marks(np.array([0, 1, 2]), classes)
    assert marks.pairs == {0: (0, 0), 1: (0, 1), 2: (1, 0)}
    assert marks.are_parts
    page = embedding_section({"flow": embedded([0, 1, 2], [0, 1, 2])}, classes)
    assert "A colour is a verb" in page


@pytest.mark.parametrize(
    ("verbs", "nouns"),
    [([4] * 8, list(range(8))), ([4, 4, 7], [2, 2, 2])],
    ids=["more nouns than shapes", "two classes of one verb and noun"],
)
def test_classes_that_their_parts_cannot_tell_apart_have_marks_of_their_own(verbs, nouns):
    count = len(verbs)
    classes = Classes(tuple("abcdefgh"[:count]), np.array(verbs), np.array(nouns))
    labels = np.arange(count)
    marks = class_marks(labels, classes)
    assert not marks.are_parts
    assert len(set(marks.pairs.values())) == count
    page = embedding_section({"flow": embedded(labels, labels)}, classes)
    assert "A colour is a verb" not in page
    assert "Colour and shape together are a class" in page


def test_of_many_classes_the_commonest_have_marks_of_their_own():
    count = COLOURS * SHAPES + 4
    none = np.full(count, -1)
    labels = np.repeat(np.arange(count), np.arange(count) + 1)
    marks = class_marks(labels, Classes(tuple(map(str, range(count))), none, none)).pairs
    own = [mark for mark in marks.values() if mark[1] < SHAPES]
    assert len(own) == len(set(own)) == COLOURS * SHAPES
    assert marks[count - 1] == (0, 0)
    assert [label for label, mark in marks.items() if mark[1] == SHAPES] == [3, 2, 1, 0]


def test_a_loss_that_overflowed_is_not_drawn():
    columns = {"train/loss": [(1.0, 2.0), (2.0, math.nan), (3.0, math.inf), (4.0, 1.0)]}
    page = curves_section([Curve("rgb", "train", columns)])
    assert "epoch 4: RGB training 1.000" in page
    assert not re.search("nan|inf", page)


def test_gaze_shares_are_bars_and_counts_are_in_a_second_table():
    quality = {
        "total": {"samples": 12345, "valid_share": 0.8},
        "sessions": {"S<1>": {"samples": 9}},
        "without_gaze": ["S2"],
        "broken": {"S3": "no <header>"},
    }
    page = gaze_section(quality)
    assert "80.0 %" in page
    assert 'data-value="12345"' in page
    assert "S&lt;1&gt;" in page
    assert "1 sessions have no gaze: S2" in page
    assert "no &lt;header&gt;" in page


def test_a_set_without_gaze_says_so():
    assert "no gaze recordings" in gaze_section({})


def metric(mean, low, high, difference, baseline="centre"):
    minus = {baseline: {"mean": 0, "interval": difference}}
    return {"mean": mean, "interval": [low, high], "minus": minus}


@pytest.fixture
def gaze_metrics():
    own = {
        "nss": metric(1.5, 1.0, 2.0, [0.2, 0.9]),
        "kl": metric(1.2, 1.0, 1.4, [0.2, 0.9]),
        "cc": metric(0.2, 0.1, 0.3, [-0.1, 0.1]),
        "f1": None,
    }
    kinds = {"attention": {"clips": 4, "metrics": own, "missing": {"f1": "no validation clip"}}}
    better = {"nss": "higher", "kl": "lower", "cc": "higher", "f1": "higher"}
    return {"reason": None, "kinds": kinds, "gaze": {"clips": 5}, "definitions": {"better": better}}


def test_gaze_metrics_are_marked_by_whether_they_beat_the_centre(gaze_metrics):
    page = gaze_metrics_section({"rgb": gaze_metrics})
    assert page.count("better than centre") == 1  # nss
    assert page.count("worse than centre") == 1  # kl: lower is better
    assert "F1: no validation clip" in page


def test_where_training_has_gaze_marks_compare_with_it(gaze_metrics):
    own = gaze_metrics["kinds"]["attention"]["metrics"]
    for each in (own["nss"], own["kl"], own["cc"]):
        each["minus"]["training_gaze"] = {"mean": 0, "interval": [-0.9, -0.2]}
    page = gaze_metrics_section({"rgb": gaze_metrics})
    assert page.count("worse than mean training gaze") == 2  # nss, cc
    assert page.count("better than mean training gaze") == 1  # kl
    assert "than centre" not in page


@pytest.mark.parametrize("kind", ["centre", "training_gaze"])
def test_a_baseline_is_not_marked_by_another(gaze_metrics, kind):
    gaze_metrics["kinds"] = {kind: gaze_metrics["kinds"]["attention"]}
    page = gaze_metrics_section({"rgb": gaze_metrics})
    assert 'role="img"' not in page


def test_precision_and_recall_have_no_marks(gaze_metrics):
    names = ("f1", "precision", "recall")
    gaze_metrics["kinds"]["attention"]["metrics"] = {
        name: metric(0.5, 0.4, 0.6, [0.2, 0.9]) for name in names
    }
    gaze_metrics["definitions"]["better"] = dict.fromkeys(names, "higher")
    page = gaze_metrics_section({"rgb": gaze_metrics})
    assert page.count("better than") == 1  # f1
    assert re.findall(r">(F1 ↑|precision|recall)</th>", page) == ["F1 ↑", "precision", "recall"]


def test_what_a_map_is_above_that_of_another_window_has_a_row(gaze_metrics):
    own = gaze_metrics["kinds"]["attention"]["metrics"]
    assert "minus another window" not in gaze_metrics_section({"rgb": gaze_metrics})
    own["nss"]["minus"]["inter_window"] = {"mean": 0.125, "interval": [0.05, 0.2]}
    page = gaze_metrics_section({"rgb": gaze_metrics})
    (shown,) = re.findall(r"<tr><th[^>]*>attention minus another window.*?</tr>", page)
    assert "0.125<small>0.05 to 0.20</small>" in shown
    assert shown.count("<td>–</td>") == 2  # kl, cc


def test_absent_gaze_metrics_say_why():
    assert "has not run" in gaze_metrics_section({"rgb": {}, "flow": {}})
    assert "RGB: there are no maps" in gaze_metrics_section(
        {"rgb": {"reason": "there are no maps"}}
    )


def test_faithfulness_stands_beside_that_of_random_maps():
    curves = Faithfulness(("a",), np.array([[1.0, 0.5, 0.0]]), np.array([[0.0, 0.5, 1.0]]))
    found = {"rgb": {"random": curves, "attention": curves}}
    page = gallery_section([], CLASSES, found, is_joint=False)
    assert page.index("RGB attention") < page.index("RGB random map")
    assert page.count("0.500") == 4


def test_provenance_lists_nested_values_runs_and_histograms():
    images = {"frames": {"size": "20x14", **{c: [0.5, 0.5] for c in ("red", "green", "blue")}}}
    fingerprint = {"flow": {"tvl1": {"tau": 0.25}}, "images": images}
    page = provenance_section(
        {"split": "1"}, {"clips_shared": 3}, fingerprint, {"a.b": 3}, {"this run": "http://x/"}
    )
    for words in ("clips_shared", "flow.tvl1.tau", "frames.size", "a.b", "levels 0 to 127"):
        assert words in page
    assert '<a href="http://x/"' in page
    assert "[0.5" not in page  # histograms are drawn


def test_a_link_that_is_no_web_address_is_no_link():
    assert link("javascript:alert(1)", "a < b") == "a &lt; b"


def test_a_bar_has_chance_and_interval_as_marks():
    drawn = bar(0.5, "rgb", tick=0.1, interval=Interval(0.25, 0.75))
    assert "left:10.0%" in drawn
    assert "left:25.0%;width:50.0%" in drawn


def test_a_section_is_named_by_its_heading():
    made = section("a", "A < B", "")
    assert made.startswith('<section id="a" aria-labelledby="a-title"><h2 id="a-title">A &lt; B')
