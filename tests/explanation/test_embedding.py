import numpy as np
import pytest
from sklearn.decomposition import PCA

from pipeline.explanation.embedding import embed_features, principal_components


def groups(per_group=12, seed=0):
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(3, 16)) * 20
    labels = np.repeat(np.arange(3), per_group)
    return centres[labels] + generator.normal(size=(len(labels), 16)), labels


def test_components_are_scikit_learns_up_to_their_signs():
    features, _ = groups()
    expected = PCA(2).fit_transform(features)
    np.testing.assert_allclose(np.abs(principal_components(features)), np.abs(expected), atol=1e-8)


def test_a_component_grows_with_the_feature_that_says_most_about_it():
    for seed in range(6):
        direction = np.random.default_rng(seed).normal(size=5)
        features = np.outer(
            np.arange(4.0), direction * np.sign(direction[np.abs(direction).argmax()])
        )
        assert (np.diff(principal_components(features)[:, 0]) > 0).all()


def test_clips_of_a_group_lie_nearer_to_each_other_than_to_others():
    features, labels = groups()
    points = embed_features(features, seed=0)
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert (labels[distances.argmin(axis=1)] == labels).all()


def test_the_same_features_and_seed_give_the_same_points():
    features, _ = groups()
    assert np.array_equal(embed_features(features, 3), embed_features(features, 3))


@pytest.mark.parametrize("count", range(7))
def test_a_few_clips_have_a_point_each(count):
    points = embed_features(np.random.default_rng(0).random((count, 3), np.float32), seed=0)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


def test_four_clips_are_shown_by_their_components():
    features = np.random.default_rng(0).random((4, 8))
    assert np.array_equal(embed_features(features, 0), principal_components(features))


def test_one_number_a_clip_lies_on_a_line():
    points = embed_features(np.array([[1.0], [3.0], [8.0]]), seed=0)
    np.testing.assert_allclose(points, [[-3, 0], [-1, 0], [4, 0]], atol=1e-9)


def test_equal_clips_lie_in_one_place():
    assert not embed_features(np.ones((9, 4)), seed=0).any()
