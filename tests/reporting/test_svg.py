import json
import re
from html import unescape

import pytest

from pipeline.reporting.svg import Plot, Stop, chart, ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.0, 2.6, [0, 1, 2]),
        (1.0, 12.0, [5, 10]),
        (3.0, 3.0, [3]),
        (-3.0, 3.0, [-2, 0, 2]),
        (0.0, 256.0, [0, 100, 200]),
    ],
)
def test_ticks_are_round_and_within_the_range(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


def test_ticks_of_whole_things_are_whole():
    assert ticks(1.0, 3.0, least=1.0) == [1, 2, 3]
    assert "-0" not in [f"{tick:g}" for tick in ticks(-0.1, 1.0)]


def test_a_plot_maps_its_ranges_onto_its_frame():
    plot = Plot((0.0, 10.0), (0.0, 1.0), width=100, height=100, left=20, bottom=20)
    assert (plot.x(0.0), plot.x(10.0)) == (20, 88)
    assert (plot.y(0.0), plot.y(1.0)) == (80, 10)


def test_a_range_of_one_value_lies_in_the_middle():
    assert Plot((1.0, 1.0), (0.0, 1.0), width=100, left=20).x(1.0) == 54


def test_a_chart_says_its_stops_to_the_script_and_to_screen_readers():
    stops = [Stop(1.0, None, 'epoch 1: "2" & 3'), Stop(2.0, None, "epoch 2")]
    made = chart("<g/>", (10, 10), label="Loss", stops=stops)
    data = re.search(r'data-stops="([^"]*)"', made).group(1)
    assert json.loads(unescape(data)) == [[1, None, 'epoch 1: "2" & 3'], [2, None, "epoch 2"]]
    assert 'role="slider"' in made
    assert 'aria-valuemax="2"' in made


def test_a_chart_without_stops_is_a_picture():
    assert 'role="img"' in chart("", (10, 10), label="Nothing", stops=[])
