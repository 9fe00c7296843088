"""W3's open choices: what each costs on TSM with 16 frames, beside CBAM."""

from dataclasses import replace

from benchmarks.models.cases import Published
from benchmarks.models.papers import TSM_16, W3_TABLE_6

OPTIONS: dict[str, dict[str, object]] = {
    "depthwise, r = 16": {"channel_time": "depthwise", "reduction": 16},
    "depthwise, r = 2": {"channel_time": "depthwise", "reduction": 2},
    "bottleneck, r = 16": {"channel_time": "bottleneck", "reduction": 16},
    "full, r = 16": {"channel_time": "full", "reduction": 16},
}
"""Convolutions over time of ``channel_time``, and the channels' reduction r."""

BASELINE = replace(TSM_16, name="TSM", published=None)

CBAM = replace(
    TSM_16,
    name="CBAM, r = 16",
    attention="cbam",
    options={"reduction": 16},
    after=("branches",),
    published=Published(W3_TABLE_6, gflops="66.5"),
)

W3_OPTIONS = tuple(
    replace(
        CBAM,
        name=f"W3, {name}",
        attention="w3",
        options=options,
        published=Published(W3_TABLE_6, gflops="67.1"),
    )
    for name, options in OPTIONS.items()
)
