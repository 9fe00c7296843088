"""Features of clips as points on a page, near where the features are alike."""

import numpy as np
from jaxtyping import Float, Float64

PERPLEXITY = 30.0
"""Neighbours that t-SNE keeps near a point; a third of the others where there are fewer than 90."""

FEWEST_CLIPS = 5
"""Below so many, t-SNE has no neighbourhoods to keep, and the principal components are shown."""


def embed_features(features: Float[np.ndarray, "n C"], seed: int) -> Float64[np.ndarray, "n 2"]:
    """Return a point for each clip (t-SNE: van der Maaten and Hinton, JMLR 2008).

    It begins with the first two principal components, so that most of what is random is gone, and
    the arrangement of far groups means something too. Distances and sizes of groups do not. Fewer
    than `FEWEST_CLIPS` clips are shown by these components themselves; one is at the origin. The
    same features and seed give the same points; one core computes them, since sums over several
    would come in any order.

    features: of the clips; finite.
    seed: of scikit-learn's own draws.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    features = features.astype(np.float64)
    with threadpool_limits(1):
        components = principal_components(features)
        if len(features) < FEWEST_CLIPS or not components.any():
            return components
        scale = 1e-4 / components[:, 0].std()  # scikit-learn's own start by PCA has this size
        method = TSNE(
            perplexity=min(PERPLEXITY, (len(features) - 1) / 3),
            init=components * scale,
            random_state=seed,
        )
        return method.fit_transform(features).astype(np.float64)


def principal_components(features: Float64[np.ndarray, "n C"]) -> Float64[np.ndarray, "n 2"]:
    """Return the clips' first two principal components, zeros where there are fewer.

    Each component's largest loading is positive, as signs mean nothing.
    """
    centred = features - features.mean(axis=0, keepdims=True) if len(features) else features
    if not centred.any():
        return np.zeros((len(features), 2))
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    strongest = right[np.arange(len(right)), np.abs(right).argmax(axis=1)]
    components = (left * sizes * np.sign(strongest))[:, :2]
    return np.pad(components, ((0, 0), (0, 2 - components.shape[1])))
