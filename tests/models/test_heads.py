import pytest
import torch

from pipeline.models.heads.clip import ClipHead
from pipeline.models.heads.frames import FramesHead
from pipeline.models.heads.multi_task import MultiTaskHead
from pipeline.models.heads.windows import WindowsHead
from pipeline.models.initialise import initialise


def started(head):
    initialise(head, seed=1)
    for name, parameter in head.named_parameters():
        if name.endswith("bias"):
            parameter.data.uniform_(generator=torch.Generator().manual_seed(1))
    return head


@pytest.fixture
def windows():
    return started(WindowsHead(in_channels=4, num_classes=3))


def linear(head, pooled):
    return pooled @ head.logits.conv3d.weight.flatten(1).T + head.logits.conv3d.bias


@pytest.mark.parametrize("time", [1, 2])
def test_up_to_two_feature_frames_are_pooled_whole(windows, generator, time):
    x = torch.randn(2, 4, time, 5, 6, generator=generator)
    classified = windows(x, draws=None)
    pooled = x.mean(dim=(2, 3, 4))
    torch.testing.assert_close(classified.features, pooled)
    torch.testing.assert_close(classified.logits, linear(windows, pooled))


def test_more_frames_give_the_mean_over_windows_of_two(windows, generator):
    x = torch.randn(2, 4, 3, 5, 6, generator=generator)
    first, second = x[:, :, :2].mean(dim=(2, 3, 4)), x[:, :, 1:].mean(dim=(2, 3, 4))
    expected = (linear(windows, first) + linear(windows, second)) / 2
    torch.testing.assert_close(windows(x, draws=None).logits, expected)


def test_the_mask_drops_features_before_the_classifier_only(windows, generator, draws):
    x = torch.randn(2, 4, 3, 5, 6, generator=generator)
    dropped, whole = windows(x, draws(2)), windows(x, None)
    expected = linear(windows, whole.features * draws(2).keep(4))
    torch.testing.assert_close(dropped.logits, expected)
    assert torch.equal(dropped.features, whole.features)


def test_a_clips_head_looks_at_the_mean_of_everything(generator, draws):
    head = started(ClipHead(4, 3))
    x = torch.randn(2, 4, 3, 5, 6, generator=generator)
    pooled = x.mean(dim=(2, 3, 4))
    torch.testing.assert_close(head(x, None).logits, head.linear(pooled))
    torch.testing.assert_close(head(x, draws(2)).logits, head.linear(pooled * draws(2).keep(4)))


def test_frames_vote_each_with_a_mask_of_its_own(generator, draws):
    head = started(FramesHead(4, 3))
    x = torch.randn(2, 4, 3, 5, 6, generator=generator)
    masks = draws(2).keep(12).unflatten(1, (4, 3))
    votes = [head.linear(x[:, :, t].mean(dim=(2, 3)) * masks[:, :, t]) for t in range(3)]
    torch.testing.assert_close(head(x, draws(2)).logits, torch.stack(votes).mean(dim=0))


def test_a_frames_head_starts_small():
    head = FramesHead(512, 50)
    initialise(head, seed=0)
    assert head.linear.weight.detach().std() == pytest.approx(0.001, rel=0.05)


def test_the_actions_scores_steer_verbs_and_nouns(generator):
    head = started(MultiTaskHead(4, 3, {"verb": 2, "noun": 5}))
    x = torch.randn(2, 4, 1, 5, 6, generator=generator)
    pooled = x.mean(dim=(2, 3, 4))
    seen = head(x, None)
    actions = pooled @ head.linear.weight.T + head.linear.bias
    verbs = pooled @ head.parts["verb"].weight.T + head.parts["verb"].bias
    torch.testing.assert_close(seen.parts["verb"], verbs + actions @ head.biases["verb"].weight.T)
    assert seen.parts["noun"].shape == (2, 5)
    seen.parts["verb"].sum().backward()
    assert head.linear.weight.grad.abs().sum() > 0
