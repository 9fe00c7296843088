from pathlib import Path
from typing import Literal

import pytest

from pipeline.params import ParamsError, Section, read_section, read_yaml, validate, write_section


class Lstm(Section):
    name: Literal["lstm"]
    memory: int


class Model(Section):
    attention: Literal["none", "stam"]
    rate: float
    cell: Lstm | None


VALUES = {"attention": "stam", "rate": 0.1, "cell": {"name": "lstm", "memory": 3}}


def test_a_wrong_choice_names_file_key_value_and_choices():
    with pytest.raises(ParamsError, match=r"p\.yaml: attention: found 'w33'.*'none' or 'stam'"):
        validate(Model, VALUES | {"attention": "w33"}, "p.yaml")


def test_a_misspelt_key_is_named_where_it_stands():
    cell = {"name": "lstm", "memory": 3, "memroy": 4}
    with pytest.raises(ParamsError, match=r"p\.yaml: cell\.memroy: unknown key"):
        validate(Model, VALUES | {"cell": cell}, "p.yaml")


def test_every_fault_gets_a_line():
    with pytest.raises(ParamsError) as fault:
        validate(Model, {"attention": "x", "rate": "fast"}, "p.yaml")
    assert len(str(fault.value).splitlines()) == 3


def test_yaml_is_read_as_dvc_reads_it(tmp_path: Path):
    (tmp_path / "p.yaml").write_text("lr: 1e-4\nby: no\n")
    assert read_yaml(tmp_path / "p.yaml") == {"lr": 1e-4, "by": "no"}


def test_a_section_survives_the_file(tmp_path: Path):
    path = tmp_path / "model.yaml"
    write_section(path, Model.model_validate(VALUES))
    assert read_section(path, Model) == Model.model_validate(VALUES)


def test_an_equal_section_leaves_its_file_alone(tmp_path: Path):
    path = tmp_path / "model.yaml"
    write_section(path, Model.model_validate(VALUES))
    before = path.stat().st_ino
    write_section(path, Model.model_validate(VALUES))
    assert path.stat().st_ino == before


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path):
    (tmp_path / "p.yaml").write_text("- 1\n")
    with pytest.raises(ParamsError, match="expected a mapping"):
        read_yaml(tmp_path / "p.yaml")
