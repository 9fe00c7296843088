"""The paper recipes by method and backbone, and how they are resolved in tests."""

from dataclasses import dataclass
from pathlib import Path

from imports import REPOSITORY
from ruamel.yaml import YAML

from pipeline.configuration.load import _read_recipe, load_configuration
from pipeline.configuration.recipe import Recipe
from pipeline.params import Section, validate

RECIPES = REPOSITORY / "recipes"
PAPER = RECIPES / "paper"
STAGES = ("pretrain_rgb", "train_rgb", "pretrain_flow", "train_flow", "joint")


@dataclass(frozen=True)
class Variant:
    """A method on one of its published backbones, and the stages that train something."""

    method: str
    backbone: str
    stages: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method}-{self.backbone}"


def _both(*phases: str) -> tuple[str, ...]:
    return tuple(f"{phase}_{stream}" for stream in ("rgb", "flow") for phase in phases)


PLAIN, TWO_PHASES = _both("train"), _both("pretrain", "train")
RGB_ALONE = ("train_rgb",)

VARIANTS = [
    Variant("none", "i3d", PLAIN),
    Variant("none", "tsm_resnet50", PLAIN),
    Variant("none", "tsn_resnet50", PLAIN),
    Variant("none", "tam_resnet50", RGB_ALONE),
    Variant("none", "i3d_resnet18", RGB_ALONE),
    Variant("stam", "i3d", TWO_PHASES),
    Variant("san", "inception2d", TWO_PHASES),
    Variant("w3", "tsm_resnet50", ("pretrain_rgb", "train_rgb")),
    Variant("w3", "tam_resnet50", RGB_ALONE),
    Variant("w3", "i3d_resnet18", RGB_ALONE),
    Variant("cbam", "tsm_resnet50", RGB_ALONE),
    Variant("nonlocal", "tsm_resnet50", RGB_ALONE),
    Variant("lsta", "resnet34", (*TWO_PHASES, "joint")),
    Variant("pooling", "resnet34", ("pretrain_flow", "train_flow")),
    Variant("eleatt", "resnet34", ("pretrain_rgb", "train_rgb")),
    Variant("ego_rnn", "resnet34", ("pretrain_rgb", "train_rgb", "train_flow", "joint")),
    Variant("iga", "i3d", (*PLAIN, "joint")),
]


def configure(variant: Variant, root: Path) -> dict[str, Section]:
    """Return every stage's section as `configure` would write it, with weights below `root`."""
    values = YAML(typ="safe").load(REPOSITORY / "params.yaml")
    values["recipe"] = "paper"
    values["model"] |= {"attention": variant.method, "backbone": variant.backbone}
    path = root / "params.yaml"
    YAML().dump(values, path)
    return load_configuration(path, RECIPES, root, workers=2)[0]


def read_for(method: str, backbone: str, dataset: str) -> Recipe:
    """Return a recipe for a data set, of which nothing is at hand."""
    chosen = {"model": {"backbone": backbone}, "dataset": {"name": dataset}}
    path = PAPER / f"{method}.yaml"
    return validate(Recipe, _read_recipe(chosen, path), str(path))
