"""What a study runs with and does not say itself, and what follows for a row's overrides."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.configuration.auto import AUTO, lookup
from pipeline.configuration.recipe import recipe_backbone, recipe_path
from pipeline.params import read_yaml
from pipeline.studies.params import Row, Study


@dataclass(frozen=True)
class Setting:
    """What params.yaml says.

    Args:
        root: the repository.
        recipe: a folder below recipes/.
        dataset: name of the data set.
        protocol: of the splits that choose none themselves.
        backbone: for all methods, or ``auto``.
    """

    root: Path
    recipe: str
    dataset: str
    protocol: str
    backbone: str

    def backbone_of(self, method: str) -> str:
        """Return the network that a method has here.

        Raises:
            ParamsError: the recipe has no such method.
        """
        if self.backbone != AUTO:
            return self.backbone
        path = recipe_path(self.root / "recipes", self.recipe, method)
        return str(recipe_backbone(read_yaml(path)))


def read_setting(root: Path) -> Setting:
    """Read params.yaml of a repository.

    Raises:
        ParamsError: it cannot be read.
    """
    params = read_yaml(root / "params.yaml")
    addresses = ("recipe", "dataset.name", "protocol", "model.backbone")
    return Setting(root, *(str(lookup(params, address)) for address in addresses))


def overrides_of(study: Study, row: Row, split: str, setting: Setting) -> tuple[str, ...]:
    """Return the overrides of a row on a split, all but the seed's; the narrower come later.

    Raises:
        ParamsError: the recipe lacks the method whose network the study wants.
    """
    network = study.backbone_of
    words = [
        *([f"model.backbone={setting.backbone_of(network)}"] if network else []),
        *study.overrides,
        *study.by_recipe.get(setting.recipe, []),
        *study.splits[split],
        *row.overrides,
        *row.by_recipe.get(setting.recipe, []),
    ]
    return tuple(word.replace("{recipe}", setting.recipe) for word in words)
