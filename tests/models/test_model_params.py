import subprocess
import sys
from typing import get_args

import pytest

from pipeline.models.attention import ATTENTIONS
from pipeline.models.attention.stam import SCALES
from pipeline.models.backbones import BACKBONES
from pipeline.models.params import PLACES, AttentionName, BackboneName, Compat, ModelConfig
from pipeline.params import ParamsError, validate

VALUES = {
    "backbone": "i3d",
    "width": 0.25,
    "attention": "stam",
    "after": ["Mixed_5c"],
    "compat": "paper",
    "dropout": 0.5,
}


def test_the_names_that_params_allow_are_those_that_can_be_built():
    assert get_args(BackboneName) == tuple(BACKBONES) == tuple(PLACES)
    assert get_args(AttentionName) == tuple(ATTENTIONS)
    assert get_args(Compat) == tuple(SCALES)


@pytest.mark.parametrize("name", BACKBONES)
def test_the_places_that_params_allow_are_the_backbones(name):
    assert tuple(BACKBONES[name](3, 0.125).places) == PLACES[name]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attention": "w33"}, r"attention: found 'w33'.*'none' or 'stam'"),
        ({"after": ["mixed_6"]}, r"after: found \['mixed_6'\].*no place mixed_6; .*Mixed_5c"),
        ({"after": []}, r"after: found \[\].*stam needs a place; choose among Mixed_3b"),
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
