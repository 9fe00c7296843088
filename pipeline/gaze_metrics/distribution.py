"""Metrics that compare a map with the Gaussian around the gaze: KL, CC, SIM.

Maps and gaze are ``(F, H, W)``; definitions as in Bylinskii et al., TPAMI 2019, section 4.
"""

import numpy as np
from jaxtyping import Float

Maps = Float[np.ndarray, "F H W"]
PerFrame = Float[np.ndarray, " F"]

EPSILON = float(np.finfo(np.float64).eps)
"""What keeps KL finite where a map is zero; that of the MIT benchmark's code."""


def as_distributions(maps: Maps) -> Maps:
    """Return maps that sum to one.

    A map with negative values is raised so that its lowest is 0; a map of zeros becomes uniform.
    """
    raised = maps - np.minimum(maps.min(axis=(1, 2), keepdims=True), 0.0)
    sums = raised.sum(axis=(1, 2), keepdims=True)
    is_empty = sums == 0
    uniform = 1.0 / (maps.shape[1] * maps.shape[2])
    return np.where(is_empty, uniform, raised / np.where(is_empty, 1.0, sums))


def kl(distributions: Maps, gaze: Maps) -> PerFrame:
    """Kullback-Leibler divergence of the map from the gaze, in nats: sum of G ln(e + G / (e + M)).

    It punishes a miss: a map that is zero wherever the gaze is has about 31 nats.
    """
    return (gaze * np.log(EPSILON + gaze / (EPSILON + distributions))).sum(axis=(1, 2))


def similarity(distributions: Maps, gaze: Maps) -> PerFrame:
    """SIM: what both distributions have in common, the sum of the lower of both."""
    return np.minimum(distributions, gaze).sum(axis=(1, 2))


def standardise(maps: Maps) -> Maps:
    """Return maps of mean 0 and standard deviation 1 over their cells; a constant one is all 0.

    The deviation is divided by the number of cells.
    """
    is_constant = (maps == maps[:, :1, :1]).all(axis=(1, 2), keepdims=True)
    deviations = np.where(is_constant, 1.0, maps.std(axis=(1, 2), keepdims=True))
    return np.where(is_constant, 0.0, maps - maps.mean(axis=(1, 2), keepdims=True)) / deviations


def correlation(standard: Maps, standard_gaze: Maps) -> PerFrame:
    """CC: Pearson's correlation over cells, from standardised maps; a constant map has 0."""
    num_cells = standard.shape[1] * standard.shape[2]
    return np.einsum("fhw,fhw->f", standard, standard_gaze) / num_cells
