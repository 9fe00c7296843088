"""STAM's figure 8: pooled features of the commonest classes' test clips, method beside method."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float, Int
from pydantic import NonNegativeInt, PositiveInt

from pipeline.evaluation.explain import read_features
from pipeline.experiments.table import STREAM_TITLES
from pipeline.explanation.embedding import embed_features
from pipeline.reporting.theme import LIGHT, Theme
from pipeline.studies.errors import StudyError
from pipeline.studies.figures.confusion import frequent_classes
from pipeline.studies.figures.figure import FigureParams
from pipeline.studies.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL_INCHES, LEGEND_INCHES, FOOT_INCHES = 4.2, 2.6, 0.3
DOTS_PER_INCH = 144
COLOURS = "tab10"
"""Ten colours of matplotlib's that tell classes apart; further classes take another marker."""
MARKERS = "o^sD"


@dataclass(frozen=True)
class Panel:
    """One row's clips as points.

    Args:
        title: above it.
        points: of each clip, in units that mean nothing.
        labels: true action ids.
    """

    title: str
    points: Float[np.ndarray, "n 2"]
    labels: Int[np.ndarray, " n"]


class Projection(FigureParams):
    """t-SNE of the features that the classifier sees, a panel for each row."""

    name: Literal["projection"] = "projection"
    """Which figure."""
    of: list[str]
    """The rows, from the left."""
    stream: Literal["rgb", "flow"]
    """Whose features."""
    classes: PositiveInt = 10
    """How many classes, the most frequent ones among test clips."""
    seed: NonNegativeInt = 0
    """Of t-SNE's own draws."""

    @property
    def rows(self) -> list[str]:
        """The rows of the study that it shows."""
        return self.of

    def draw(self, results: Results) -> bytes:
        """Return the figure as PNG."""
        names = results.of(self.of[0]).classes.names
        fused = results.of(self.of[0]).scores["fused"].of("test")
        shown = frequent_classes(fused.labels, len(names))[: self.classes].tolist()
        panels = [self._panel(results, row, shown) for row in self.of]
        return draw_panels(panels, shown, names, LIGHT)

    def _panel(self, results: Results, row: str, shown: Sequence[int]) -> Panel:
        path = f"data/explain/{self.stream}.h5"
        features = read_features(results.outputs(row, [path]) / path)
        test = results.of(row).scores["fused"].of("test")
        place = {name: number for number, name in enumerate(features.clips)}
        clips = [
            (place[name], label)
            for name, label in zip(test.clips.tolist(), test.labels.tolist(), strict=True)
            if label in shown and name in place
        ]
        if not clips:
            raise StudyError(f"row '{row}' has no features of its {self.stream} stream")
        rows, labels = np.array(clips).T
        points = embed_features(features.features[rows], self.seed)
        return Panel(f"{row}, {STREAM_TITLES[self.stream]}", points, labels)


def draw_panels(
    panels: Sequence[Panel], shown: Sequence[int], names: Sequence[str], theme: Theme
) -> bytes:
    """Return panels side by side and a legend of the classes, as PNG.

    panels: from the left.
    shown: ids of the classes, in the legend's order.
    names: of all classes.
    theme: colours of paper and ink.
    """
    from matplotlib.figure import Figure

    width = PANEL_INCHES * len(panels) + LEGEND_INCHES
    height = PANEL_INCHES + FOOT_INCHES
    figure = Figure(figsize=(width, height), facecolor=theme.paper)
    for number, panel in enumerate(panels):
        left, side = (number * PANEL_INCHES + 0.15) / width, PANEL_INCHES - 0.3
        axes = figure.add_axes((left, 0.25 / height, side / width, side / height))
        _draw_points(axes, panel, shown, names, theme)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="center left",
        bbox_to_anchor=(PANEL_INCHES * len(panels) / width, 0.5),
        frameon=False,
        labelcolor=theme.ink,
        fontsize=9,
        title="commonest classes, test clips",
        title_fontproperties={"size": 9, "weight": "bold"},
    )
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return target.getvalue()


def _draw_points(
    axes: "Axes", panel: Panel, shown: Sequence[int], names: Sequence[str], theme: Theme
) -> None:
    from matplotlib import colormaps

    colours = colormaps[COLOURS]
    for rank, label in enumerate(shown):
        own = panel.points[panel.labels == label]
        axes.scatter(
            own[:, 0],
            own[:, 1],
            s=22,
            color=colours(rank % colours.N),
            marker=MARKERS[rank // colours.N % len(MARKERS)],
            label=f"{names[label]} ({len(own)})",
            edgecolors=theme.paper,
            linewidths=0.4,
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(theme.paper)
    for spine in axes.spines.values():
        spine.set_color(theme.muted)
    axes.set_title(panel.title, color=theme.ink, loc="left", fontsize=10, fontweight="bold")
