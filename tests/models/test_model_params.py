import subprocess
import sys
from typing import get_args

import pytest
import torch

from pipeline.models.attention.stam import SCALES
from pipeline.models.backbone_facts import FACTS
from pipeline.models.backbones import BACKBONES
from pipeline.models.normalisations import NormalisationName
from pipeline.models.normalise import NORMALISATIONS
from pipeline.models.params import ModelConfig
from pipeline.models.sites import Compat
from pipeline.params import ParamsError, validate

VALUES = {
    "backbone": "i3d",
    "width": 0.25,
    "attention": "stam",
    "after": ["Mixed_5c"],
    "head": "windows",
    "normalisation": "minus_one_one",
    "compat": "paper",
    "dropout": 0.5,
}


def test_the_names_that_params_allow_are_those_that_can_be_built():
    assert tuple(BACKBONES) == tuple(FACTS)
    assert get_args(NormalisationName) == tuple(NORMALISATIONS)
    assert get_args(Compat) == tuple(SCALES)


@pytest.mark.parametrize("name", BACKBONES)
def test_the_facts_of_a_backbone_are_true(name):
    with torch.device("meta"):
        backbone = BACKBONES[name](3, 0.125)
    facts = FACTS[name]
    called = []

    def attend(place, x):
        assert backbone.places[place].channels == x.shape[1]
        called.append(place)
        return x

    last = backbone(torch.zeros(1, 3, 8, 64, 64, device="meta"), attend)
    assert tuple(called) == tuple(backbone.places) == facts.places
    assert facts.blocks[-1] == called[-1]
    assert last.shape[1] == backbone.channels


def test_words_stand_for_several_places():
    def after(*words):
        return ModelConfig(**{**VALUES, "after": list(words)}).after

    assert after("last") == ["Mixed_5c"]
    assert after("branches") == after("blocks") == list(FACTS["i3d"].blocks)
    assert after("Mixed_5c", "Mixed_3b") == ["Mixed_3b", "Mixed_5c"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attention": "w33"}, r"attention: found 'w33'.*'none' or 'stam'"),
        ({"after": ["mixed_6"]}, r"after: found \['mixed_6'\].*no place mixed_6; .*Mixed_5c"),
        ({"after": []}, r"stam needs a place; choose among last, blocks, .*Mixed_3b"),
        ({"after": ["Mixed_5c"] * 2}, "after: .*named twice"),
        ({"compat": "mine"}, "compat: found 'mine'.*'paper' or 'released'"),
        ({"width": 0}, "width: found 0.*greater than 0"),
        ({"dropout": 1.0}, "dropout: found 1.0.*less than 1"),
        ({"backbone": "i4d"}, "backbone: found 'i4d'.*'i3d'"),
    ],
)
def test_a_slip_is_named_in_one_line_with_the_choices(changes, message):
    with pytest.raises(ParamsError, match=message) as error:
        validate(ModelConfig, {**VALUES, **changes}, "train.yaml")
    assert "\n" not in str(error.value)


def test_no_attention_may_name_places_so_that_a_sweep_changes_one_key():
    assert validate(ModelConfig, {**VALUES, "attention": "none"}, "train.yaml").after


def test_checking_a_configuration_imports_no_torch():
    check = "import sys, pipeline.models.params; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
