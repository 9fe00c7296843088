import pytest
import torch
from models.iga_network import ClipNoise

from pipeline.models.attention.attended import Attended, Context
from pipeline.models.attention.gaze_head import branch_to
from pipeline.models.attention.iga import Iga
from pipeline.models.backbones.i3d import InceptionI3d
from pipeline.models.errors import ModelError
from pipeline.models.heads.clip import ClipHead
from pipeline.models.initialise import initialise
from pipeline.models.two_stream.feature_sum import FeatureSum

PLACE, TAP = "Mixed_5c", "MaxPool3d_5a_2x2"
NORMALISATIONS = ("minus_one_one", "minus_one_one")


def make_iga_of_two(width=0.05, grid=(2, 2, 2), num_classes=3, place=PLACE):
    rgb, flow = InceptionI3d(3, width), InceptionI3d(2, width)
    tap, blocks = branch_to(rgb.places[place], rgb.places)
    iga = Iga(tap=tap.name, tap_channels=tap.channels, blocks=blocks, grid=grid, compat="paper")
    head = ClipHead(rgb.channels, num_classes)
    return FeatureSum(rgb, flow, {place: iga}, head, NORMALISATIONS)


@pytest.fixture
def network():
    made = make_iga_of_two()
    initialise(made, seed=2)
    return made.eval()


@pytest.fixture
def videos(generator):
    return [torch.randn(2, c, 9, 40, 33, generator=generator) for c in (3, 2)]


def features_at(backbone, video, place):
    """The layers one after another, without any attention."""
    for name, layer in backbone.named_children():
        video = layer(video)
        if name == place:
            return video
    raise AssertionError(place)


def test_gaze_and_attention_look_at_the_sums_of_both_streams(network, videos):
    tapped, last = (
        features_at(network.backbone_rgb, videos[0], place)
        + features_at(network.backbone_flow, videos[1], place)
        for place in (TAP, PLACE)
    )
    draws = ClipNoise([1, 2])
    expected = network.attention[PLACE](last, Context({TAP: Attended(tapped, map=None)}, draws))
    seen = network(*videos, draws)
    torch.testing.assert_close(seen.attended[PLACE].gaze_logits, expected.gaze_logits)
    torch.testing.assert_close(seen.last, expected.features)
    torch.testing.assert_close(seen.logits, network.head(expected.features, None).logits)


def test_one_clip_does_not_depend_on_the_others(network, videos):
    alone = network(*(video[1:] for video in videos))
    torch.testing.assert_close(alone.logits, network(*videos).logits[1:])


def test_a_black_flow_stream_leaves_its_own_features_in_the_sum(network, videos):
    rgb, flow = videos
    with_motion, without = network(rgb, flow), network(rgb, torch.zeros_like(flow))
    assert not torch.allclose(with_motion.logits, without.logits)


def test_without_attention_the_classifier_sees_the_sum(videos):
    rgb, flow = InceptionI3d(3, 0.05), InceptionI3d(2, 0.05)
    network = FeatureSum(rgb, flow, {}, ClipHead(rgb.channels, 3), NORMALISATIONS)
    initialise(network, seed=2)
    network.eval()
    expected = features_at(rgb, videos[0], PLACE) + features_at(flow, videos[1], PLACE)
    torch.testing.assert_close(network(*videos).last, expected)


def test_attention_before_the_last_place_is_refused():
    with pytest.raises(ModelError, match=r"Mixed_5c alone.*set `after` to \[last\]"):
        make_iga_of_two(grid=(3, 3, 3), place="Mixed_4f")


OFFICIAL = {
    "base": {"model_rgb.": "backbone_rgb.", "model_flow.": "backbone_flow."},
    "gaze": {"": f"attention.{PLACE}.gaze."},
    "attn": {"fc.": f"attention.{PLACE}.fc.", "fc_f.": "head.linear."},
}


def ours(part, name):
    theirs, own = next(pair for pair in OFFICIAL[part].items() if name.startswith(pair[0]))
    return own + name.removeprefix(theirs)


def test_the_published_network_has_the_official_names_shapes_and_counts(official_keys):
    with torch.device("meta"):
        network = make_iga_of_two(1.0, (3, 7, 7), 106)
    keys = official_keys("iga_keys")
    official = {ours(part, name): shape for part in keys for name, shape in keys[part].items()}
    official["head.linear.weight"] = official["head.linear.weight"][:2]  # theirs is 1x1x1 besides
    assert {name: list(x.shape) for name, x in network.state_dict().items()} == official
    sizes = dict.fromkeys(keys, 0)
    renamed = {ours(part, name): part for part in keys for name in keys[part]}
    for name, parameter in network.named_parameters():
        sizes[renamed[name]] += parameter.numel()
    assert sizes == {"base": 24_552_576, "gaze": 7_266_785, "attn": 130_406}
