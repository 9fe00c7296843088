import pytest
import torch

from pipeline.models.head import ActionHead
from pipeline.models.initialise import initialise


@pytest.fixture
def head():
    module = ActionHead(in_channels=4, num_classes=3)
    initialise(module, seed=1)
    module.logits.conv3d.bias.data.uniform_(generator=torch.Generator().manual_seed(1))
    return module


def linear(head, pooled):
    return pooled @ head.logits.conv3d.weight.flatten(1).T + head.logits.conv3d.bias


@pytest.mark.parametrize("time", [1, 2])
def test_up_to_two_feature_frames_are_pooled_whole(head, generator, time):
    x = torch.randn(2, 4, time, 5, 6, generator=generator)
    classified = head(x, keep=None)
    pooled = x.mean(dim=(2, 3, 4))
    torch.testing.assert_close(classified.features, pooled)
    torch.testing.assert_close(classified.logits, linear(head, pooled))


def test_more_frames_give_the_mean_over_windows_of_two(head, generator):
    x = torch.randn(2, 4, 3, 5, 6, generator=generator)
    first, second = x[:, :, :2].mean(dim=(2, 3, 4)), x[:, :, 1:].mean(dim=(2, 3, 4))
    expected = (linear(head, first) + linear(head, second)) / 2
    torch.testing.assert_close(head(x, keep=None).logits, expected)


def test_the_mask_drops_features_before_the_classifier_only(head, generator):
    x = torch.randn(2, 4, 3, 5, 6, generator=generator)
    keep = torch.tensor([[2.0, 0, 2, 0], [0, 0, 2, 2]])
    dropped, whole = head(x, keep), head(x, keep=None)
    torch.testing.assert_close(dropped.logits, linear(head, whole.features * keep))
    assert torch.equal(dropped.features, whole.features)
