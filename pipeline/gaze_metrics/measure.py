"""All metrics of one kind of map over the frames of one clip."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from pipeline.gaze_metrics.angle import angles, masses, peaks
from pipeline.gaze_metrics.detection import detect, to_levels
from pipeline.gaze_metrics.distribution import (
    as_distributions,
    correlation,
    kl,
    similarity,
    standardise,
)
from pipeline.gaze_metrics.gaze_maps import Labels, gaze_distributions, is_near, list_labels
from pipeline.gaze_metrics.gaze_points import Picture, cells_of
from pipeline.gaze_metrics.location import auc_judd, nss, shuffled_auc
from pipeline.gaze_metrics.params import GazeMetricsConfig

BETTER: dict[str, Literal["higher", "lower"]] = {
    "auc_judd": "higher",
    "auc_shuffled": "higher",
    "nss": "higher",
    "kl": "lower",
    "cc": "higher",
    "sim": "higher",
    "angle_peak": "lower",
    "angle_mass": "lower",
    "f1": "higher",
    "precision": "higher",
    "recall": "higher",
}
"""Every metric, in the order of tables, and which of two values is the better one."""

Maps = Float[np.ndarray, "D H W"]
PerFrame = dict[str, Float[np.ndarray, " F"]]


@dataclass(frozen=True)
class Truth:
    """Where each of some frames was looked at, in the forms that metrics want.

    Args:
        points: x and y in shares of the map, within it.
        cells: the same as cells, counted row by row.
        distributions: Gaussians around the points.
        standard: the same, of mean 0 and deviation 1.
        labels: cells near the points.
    """

    points: Float[np.ndarray, "F 2"]
    cells: Int[np.ndarray, " F"]
    distributions: Float[np.ndarray, "F H W"]
    standard: Float[np.ndarray, "F H W"]
    labels: Labels


@dataclass(frozen=True)
class Looks:
    """Maps in the forms that metrics want; a map may be that of many frames.

    Args:
        maps: as the network has them.
        distributions: summing to one.
        standard: of mean 0 and deviation 1.
    """

    maps: Maps
    distributions: Maps
    standard: Maps


@dataclass(frozen=True)
class Rules:
    """What metrics need beside a map and its gaze.

    Args:
        negatives: gaze points of other clips in each cell; None where there are none.
        picture: where the map lies in the image.
        field_of_view_degrees: of the image's width; None where it is not known.
    """

    negatives: Int[np.ndarray, " P"] | None
    picture: Picture
    field_of_view_degrees: float | None


def truth_of(points: Float[np.ndarray, "F 2"], config: GazeMetricsConfig) -> Truth:
    """Return all forms of some gaze points within the map."""
    distributions = gaze_distributions(points, config.sigma_cells)
    return Truth(
        points=points,
        cells=cells_of(points),
        distributions=distributions,
        standard=standardise(distributions),
        labels=list_labels(is_near(points, config.label_radius_cells)),
    )


def looks_of(maps: Maps) -> Looks:
    """Return all forms of some maps."""
    return Looks(maps, as_distributions(maps), standardise(maps))


def measure(
    looks: Looks, which: Int[np.ndarray, " F"], truth: Truth, rules: Rules, level: int | None
) -> PerFrame:
    """Return every metric that can be taken, frame by frame.

    Args:
        looks: some maps.
        which: each frame's map.
        truth: of the frames.
        rules: what else is needed; what it lacks leaves its metrics out.
        level: threshold in hundredths; None, where nothing chose one, leaves F1 out.
    """
    maps, distributions = looks.maps[which], looks.distributions[which]  # (F, H, W)
    standard = looks.standard[which]
    found = {
        "auc_judd": auc_judd(maps, truth.cells),
        "nss": nss(standard, truth.cells),
        "kl": kl(distributions, truth.distributions),
        "cc": correlation(standard, truth.standard),
        "sim": similarity(distributions, truth.distributions),
    }
    if rules.negatives is not None:
        found["auc_shuffled"] = shuffled_auc(maps, truth.cells, rules.negatives)
    if rules.field_of_view_degrees is not None:
        lens = (rules.picture, rules.field_of_view_degrees)
        found["angle_peak"] = angles(peaks(looks.maps)[which], truth.points, *lens)
        found["angle_mass"] = angles(masses(looks.distributions)[which], truth.points, *lens)
    if level is not None:
        found |= detect(to_levels(looks.maps), which, truth.labels, level)
    return found
