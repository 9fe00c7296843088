import pytest
import torch

from models import published_keys
from pipeline.models.build import build_recognizer
from pipeline.models.errors import WeightsError
from pipeline.models.params import ModelConfig
from pipeline.training.errors import TrainingError
from pipeline.training.imported import load_finished

CLASSES = 5
SMALL = {"width": 0.125, "compat": "released", "dropout": 0.5, "normalisation": "minus_one_one"}
STAM = {"backbone": "i3d", "attention": "stam", "after": ["Mixed_5c"], "head": "windows"}


@pytest.fixture
def config():
    return ModelConfig(**SMALL, **STAM)


@pytest.fixture
def released(tmp_path, config):
    """A STAM checkpoint as its authors would have saved it, and the network that it is of."""
    network = build_recognizer(config, 3, CLASSES, seed=3)
    prefixes = ("backbone.", "head.", "attention.Mixed_5c.")
    state = {}
    for name, tensor in network.state_dict().items():
        prefix = next(prefix for prefix in prefixes if name.startswith(prefix))
        state[name.removeprefix(prefix)] = tensor
    torch.save(state, tmp_path / "rgb_a.pt")
    return tmp_path / "rgb_a.pt", network.eval()


def imported(file, config, kind="stam", classes=CLASSES):
    network = build_recognizer(config, 3, classes, seed=9)
    return load_finished(network, [file], kind, classes), network.eval()


def test_an_imported_network_scores_as_the_one_in_memory(released, config):
    file, network = released
    report, again = imported(file, config)
    assert len(report.loaded) == len(network.state_dict())
    video = torch.randn(2, 3, 8, 32, 32, generator=torch.Generator().manual_seed(1))
    assert torch.equal(again(video).logits, network(video).logits)


def test_a_network_of_other_classes_is_refused(released, config):
    with pytest.raises(TrainingError, match=r"rgb_a.pt: tells 5 classes apart, the data set has 7"):
        imported(released[0], config, classes=7)


def test_a_network_without_the_attention_is_refused(released):
    plain = ModelConfig(**SMALL, **STAM | {"attention": "none", "after": []})
    with pytest.raises(WeightsError, match=r"42 unknown: attention.Mixed_5c.attention_inc"):
        imported(released[0], plain)


def test_weights_to_begin_with_are_no_finished_network(tmp_path):
    shapes = published_keys.torchvision_resnet34()
    file = tmp_path / "resnet34.pth"
    torch.save({name: torch.ones(shape) for name, shape in shapes.items()}, file)
    values = {**SMALL, "width": 1, "normalisation": "imagenet", "attention": "none", "after": []}
    config = ModelConfig(**values, backbone="resnet34", head="frames")
    with pytest.raises(TrainingError, match=r"holds nothing for head.linear.weight.*begin with"):
        imported(file, config, kind="torchvision_resnet")
