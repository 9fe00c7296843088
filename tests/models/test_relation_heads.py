from itertools import combinations

import pytest
import torch
from models.tiny_backbone import num_parameters

from pipeline.models.errors import ModelError
from pipeline.models.heads.relation import MOST_SUBSETS, frame_subsets, mtrn_head, trn_head
from pipeline.models.initialise import initialise

HEADS = {"trn": trn_head, "mtrn": mtrn_head}
BATCH, CHANNELS, FRAMES, CLASSES = 2, 6, 5, 3


class Numbers:
    """No dropout, or all dropped but one feature; random numbers of one row a clip."""

    def __init__(self, seeds, mask=None):
        self.seeds, self.mask, self.asked = seeds, mask, {}

    def keep(self, size):
        return None if self.mask is None else self.mask.reshape(len(self.seeds), size)

    def uniform(self, name, shape):
        rows = [
            torch.rand(shape, generator=torch.Generator().manual_seed(seed + len(self.asked)))
            for seed in self.seeds
        ]
        self.asked[name] = torch.stack(rows)
        return self.asked[name]


@pytest.fixture
def features(generator):
    return torch.randn(BATCH, CHANNELS, FRAMES, 4, 7, generator=generator)


def started(name, frames=FRAMES, seed=0):
    head = HEADS[name](CHANNELS, CLASSES, frames)
    initialise(head, seed)
    head.new_fc.weight.data.mul_(1000)  # else all scores are small
    for layer in head.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.bias.data.normal_(generator=torch.Generator().manual_seed(3))
    return head


def of_frames(head, x):
    """256 features of every frame, straight from the definition."""
    return [head.new_fc(x[:, :, frame].mean(dim=(2, 3))) for frame in range(x.shape[2])]


def related(network, frames, subset):
    """One relation: ReLU, linear, ReLU, linear on the chosen frames in a row."""
    row = torch.cat([frames[frame] for frame in subset], dim=1).clamp_min(0)
    return network[3](network[1](row).clamp_min(0))


def test_trn_relates_all_frames_in_their_order(features):
    head = started("trn")
    expected = related(head.consensus.classifier, of_frames(head, features), range(FRAMES))
    torch.testing.assert_close(head(features, None).logits, expected)
    backwards = head(features.flip(2), None).logits
    assert (backwards - expected).abs().max() > 0.01


def test_mtrn_adds_three_times_the_mean_relation_of_every_scale(features):
    head = started("mtrn")
    frames = of_frames(head, features)
    expected = 0
    for scale, network in zip((5, 4, 3, 2), head.consensus.fc_fusion_scales, strict=True):
        scores = [related(network, frames, subset) for subset in combinations(range(5), scale)]
        expected = expected + min(3, len(scores)) * sum(scores) / len(scores)
    torch.testing.assert_close(head(features, None).logits, expected)


def test_mtrn_in_training_adds_three_different_drawn_sets_of_every_scale_for_each_clip(features):
    head, draws = started("mtrn"), Numbers(seeds=[7, 70])
    frames = of_frames(head, features)
    logits = head(features, draws).logits
    assert set(draws.asked) == {"relation 4", "relation 3", "relation 2"}
    for clip in range(BATCH):
        expected = 0
        for scale, network in zip((5, 4, 3, 2), head.consensus.fc_fusion_scales, strict=True):
            subsets = list(combinations(range(5), scale))
            if scale < 5:
                numbers = draws.asked[f"relation {scale}"][clip].tolist()
                order = sorted(range(len(subsets)), key=lambda i: -numbers[i])
                subsets = [subsets[i] for i in order[:3]]
            expected = expected + sum(related(network, frames, subset) for subset in subsets)
        torch.testing.assert_close(logits[clip], expected[clip])


def test_mtrn_in_evaluation_is_what_training_is_on_average(features):
    head = started("mtrn", frames=3)
    x = features[:, :, :3]
    with torch.no_grad():
        torch.testing.assert_close(head(x, Numbers([1, 2])).logits, head(x, None).logits)
        head, x = started("mtrn", frames=4), features[:, :, :4]
        drawn = [head(x, Numbers([seed, -seed])).logits for seed in range(1000)]
        spread = torch.stack(drawn).std(0) / 1000**0.5
        assert ((sum(drawn) / 1000 - head(x, None).logits).abs() < 5 * spread).all()


@pytest.mark.parametrize("name", HEADS)
def test_a_clips_scores_do_not_depend_on_the_other_clips(name, features):
    head = started(name)
    together = head(features, Numbers([4, 9])).logits
    for clip, seed in enumerate((4, 9)):
        alone = head(features[clip : clip + 1], Numbers([seed])).logits
        torch.testing.assert_close(together[clip : clip + 1], alone)


@pytest.mark.parametrize("name", HEADS)
def test_evaluation_is_the_same_every_time(name, features):
    head = started(name)
    assert torch.equal(head(features, None).logits, head(features, None).logits)


@pytest.mark.parametrize("name", HEADS)
def test_dropout_is_on_the_pooled_features_of_every_frame(name, features):
    head = started(name)
    mask = torch.zeros(BATCH, CHANNELS, FRAMES)
    mask[:, 2, 1] = 4.0
    dropped = features * mask[..., None, None]
    found = head(features, Numbers([5, 6], mask))
    torch.testing.assert_close(found.logits, head(dropped, Numbers([5, 6])).logits)
    torch.testing.assert_close(found.features, features.mean(dim=(2, 3, 4)))


@pytest.mark.parametrize("name", HEADS)
def test_every_parameter_gets_a_gradient(name, features):
    head = HEADS[name](CHANNELS, CLASSES, FRAMES)
    initialise(head, 0)
    head(features, None).logits.square().sum().backward()
    assert all(parameter.grad.any() for parameter in head.parameters())


def test_the_heads_have_the_published_sizes():
    names = {name: list(x.shape) for name, x in trn_head(2048, 174, 8).named_parameters()}
    assert names["new_fc.weight"] == [256, 2048]
    assert names["consensus.classifier.1.weight"] == [512, 8 * 256]
    assert names["consensus.classifier.3.weight"] == [174, 512]
    head = mtrn_head(2048, 174, 8)
    hidden = [network[1].in_features for network in head.consensus.fc_fusion_scales]
    assert hidden == [256 * scale for scale in (8, 7, 6, 5, 4, 3, 2)]
    scales = sum(scale * 256 * 256 + 256 + 256 * 174 + 174 for scale in range(2, 9))
    assert num_parameters(head) == 2048 * 256 + 256 + scales


def test_the_frames_features_start_small():
    head = trn_head(2048, 5, 2)
    initialise(head, 0)
    assert head.new_fc.weight.std().item() == pytest.approx(0.001, rel=0.01)


@pytest.mark.parametrize(("frames", "size", "count"), [(8, 4, 70), (8, 8, 1), (12, 6, 924)])
def test_subsets_of_frames_are_ascending_and_all_there(frames, size, count):
    subsets = frame_subsets(frames, size)
    assert len(set(subsets)) == count
    assert all(list(subset) == sorted(subset) for subset in subsets)


@pytest.mark.parametrize("size", [2, 6, 11])
def test_of_very_many_subsets_evaluation_takes_as_many_as_fit_evenly_spread(size):
    consensus = mtrn_head(CHANNELS, CLASSES, 12).consensus
    chosen = consensus._subsets(size, None, torch.device("cpu"))[0]
    every = frame_subsets(12, size)
    positions = [every.index(tuple(subset)) for subset in chosen.tolist()]
    assert len(positions) == min(len(every), MOST_SUBSETS)
    assert (
        max(abs((i + 0.5) * len(every) / len(positions) - p) for i, p in enumerate(positions)) < 1
    )


@pytest.mark.parametrize("name", HEADS)
def test_another_number_of_frames_is_refused_with_both_numbers(name, features):
    with pytest.raises(ModelError, match="found 4 feature frames, expected 5"):
        started(name)(features[:, :, :4], None)


def test_one_frame_has_no_relations():
    with pytest.raises(ModelError, match="two frames"):
        mtrn_head(CHANNELS, CLASSES, 1)
