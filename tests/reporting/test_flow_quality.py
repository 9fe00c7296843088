import numpy as np
import pytest
from reporting.made_run import CLIPPED

from pipeline.reporting.flow_quality import BINS, measure_flow
from pipeline.reporting.image_sample import sample_images
from pipeline.reporting.sections.flow import flow_section


@pytest.fixture
def quality(run):
    sample = sample_images(run.folders.data, run.folders.data, 0)
    return measure_flow(run.folders.data / "clips", sample.flow)


def slow_lengths(levels, bound):
    return [
        ((x - 127.5) ** 2 + (y - 127.5) ** 2) ** 0.5 * bound / 127.5
        for x, y in levels.reshape(-1, 2).astype(float).tolist()
    ]


def test_half_of_the_made_flow_stands_still_and_half_moves_four_pixels(quality):
    assert quality.still == pytest.approx(0.5, abs=0.05)  # JPEG blurs the edge between the halves
    assert quality.percentiles[95] == pytest.approx(4.0, abs=0.2)
    assert quality.bound_pixels == 20
    assert quality.longest == pytest.approx(20 * 2**0.5)


def test_lengths_are_those_of_the_definition(run):
    sample = sample_images(run.folders.data, run.folders.data, 0).flow
    slow = [length for levels in sample.values() for length in slow_lengths(levels, 20.0)]
    quality = measure_flow(run.folders.data / "clips", sample)
    expected = np.histogram(slow, BINS, (0, 20 * 2**0.5 * (1 + 1e-6)))[0] / len(slow)
    np.testing.assert_allclose(quality.shares, expected, atol=1e-9)
    assert quality.percentiles[50] == pytest.approx(np.percentile(slow, 50), abs=1e-5)


def test_clipped_shares_are_those_that_extraction_counted(quality):
    pairs, vectors = 4 * 8, 20 * 14
    for name, number in CLIPPED.items():
        assert quality.sessions[name].pairs == pairs
        assert quality.sessions[name].clipped == number / (pairs * vectors)
    assert quality.clipped == sum(CLIPPED.values()) / (2 * pairs * vectors)


def test_flow_that_reaches_the_bound_in_every_vector_is_in_the_last_bin(run):
    levels = {"S1": np.full((1, 14, 20, 2), 255, np.uint8)}
    quality = measure_flow(run.folders.data / "clips", levels)
    assert quality.shares[-1] == 1
    assert quality.sessions["S2"].percentiles is None


def test_the_section_names_sessions_and_advises_where_much_is_clipped(quality):
    page = flow_section(quality)
    assert "S1" in page
    assert "flow.bound_pixels" not in page
    many = quality.__class__(**{**vars(quality), "clipped": 0.02})
    assert "flow.bound_pixels" in flow_section(many)


def test_a_method_without_flow_says_so():
    assert "needs no flow" in flow_section(None)
