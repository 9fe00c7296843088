"""Where the numbers come from: protocol, fingerprint, params, and the runs that made each part."""

from collections.abc import Mapping, Sequence

from pipeline.reporting.fingerprint import CHANNELS
from pipeline.reporting.markup import details, link, section, table, text
from pipeline.reporting.svg import Plot, Stop, chart

LEAD = "Two reports may be compared where protocol and fingerprint agree, as stages.compare checks."
HISTOGRAM_TITLES = {
    "frames": "Levels of sampled frames: red solid, green dashed, blue dotted",
    "flow": "Levels of sampled flow: x solid, y dashed",
}

LINES = {"red": "k1", "green": "k2 dashed", "blue": "k0 dotted", "x": "k0", "y": "k1 dashed"}
"""Classes of the channels' lines."""


def provenance_section(
    protocol: Mapping[str, object],
    overlap: Mapping[str, object],
    fingerprint: Mapping[str, object],
    params: Mapping[str, object],
    runs: Mapping[str, str],
) -> str:
    """Return the protocol and everything else that would change a number.

    Args:
        protocol: how the numbers were made.
        overlap: what the test part shares with training.
        fingerprint: what else would change them.
        params: ``params.yaml``, flat.
        runs: addresses in the tracking store by what they are of.
    """
    images = fingerprint.get("images")
    images = images if isinstance(images, Mapping) else {}
    run = {key: value for key, value in fingerprint.items() if key not in ("images", *CHANNELS)}
    shaped = {key: value for key, value in fingerprint.items() if key in CHANNELS}
    described = {
        kind: {key: value for key, value in own.items() if key not in CHANNELS[kind]}
        for kind, own in images.items()
    }
    charts = "".join(
        f"<figure><figcaption>{HISTOGRAM_TITLES[kind]}</figcaption>{_histogram(kind, own)}</figure>"
        for kind, own in images.items()
    )
    left = [
        _facts("Protocol", protocol),
        _facts("Test clips, and what they share with training", overlap),
        _facts("Fingerprint: choices, data, versions", run),
    ]
    right = [
        _facts("Fingerprint: sampled images", described),
        _facts("Fingerprint: what shaped frames and flow", shaped),
    ]
    body = (
        f'{_runs(runs)}<div class="pair"><div>{"".join(left)}<br>{charts}</div>'
        f"<div>{''.join(right)}</div></div>{details('params.yaml', _facts('Params', params))}"
    )
    return section("provenance", "Provenance", body, lead=LEAD)


def _facts(title: str, values: Mapping[str, object]) -> str:
    return table(["key", "value"], _flat_rows(values), caption=title, kind="facts")


def _flat_rows(values: Mapping[str, object], prefix: str = "") -> list[list[str]]:
    rows = []
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += _flat_rows(value, f"{name}.")
        else:
            rows.append([text(name), "–" if value is None else f"<code>{text(value)}</code>"])
    return rows


def _runs(runs: Mapping[str, str]) -> str:
    if not runs:
        return ""
    links = "".join(f"<li>{link(address, words)}</li>" for words, address in runs.items())
    return (
        "<p>Runs in MLflow, once <code>make ui</code> serves them; a stage that was taken from the "
        f'cache links to the run that made it:</p><ul class="key">{links}</ul>'
    )


def _histogram(kind: str, described: Mapping[str, object]) -> str:
    """Return the channels' histograms as lines over levels from 0 to 255."""
    lines = {name: _shares(described[name]) for name in CHANNELS[kind]}
    highest = max(max(shares) for shares in lines.values())
    plot = Plot((0.0, 256.0), (0.0, highest * 1.05), height=190, left=46)
    num_bins = len(next(iter(lines.values())))
    middles = [256 * (number + 0.5) / num_bins for number in range(num_bins)]
    drawn = "".join(
        f'<polyline class="{LINES[name]}" points="'
        + " ".join(f"{plot.x(x)},{plot.y(y)}" for x, y in zip(middles, shares, strict=True))
        + '"/>'
        for name, shares in lines.items()
    )
    stops = [Stop(plot.x(x), None, _words(n, num_bins, lines)) for n, x in enumerate(middles)]
    label = f"{HISTOGRAM_TITLES[kind]}; {num_bins} bins"
    content = plot.axes("level", "share") + drawn
    return chart(content, (plot.width, plot.height), label=label, stops=stops)


def _words(number: int, num_bins: int, lines: Mapping[str, Sequence[float]]) -> str:
    low, high = 256 * number // num_bins, 256 * (number + 1) // num_bins - 1
    told = ", ".join(f"{name} {100 * shares[number]:.2f} %" for name, shares in lines.items())
    return f"levels {low} to {high}: {told}"


def _shares(values: object) -> list[float]:
    return [float(value) for value in values] if isinstance(values, Sequence) else []
