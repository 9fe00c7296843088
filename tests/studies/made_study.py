"""A small study in a made repository, whose experiments a fake runner makes in place of DVC."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from experiments.made_repository import Recipe, add_experiment, git, make_repository
from ruamel.yaml import YAML

from pipeline.params import Section, read_yaml, validate
from pipeline.studies.plan import Cell

STUDY = {
    "title": "A table",
    "source": {
        "paper": "Somebody, Something, 2020",
        "table": "table 1",
        "dataset": "egtea",
        "setting": "EGTEA Gaze+, split 1",
    },
    "splits": {"official_split1": ["protocol=official_split1"]},
    "seeds": [1, 2],
    "baseline": "plain",
    "headline": {"stream": "fused", "metric": "micro"},
    "rows": [
        {
            "name": "plain",
            "overrides": ["model.attention=none"],
            "printed": [
                {
                    "row": "Plain-o",
                    "stream": "fused",
                    "metric": "micro",
                    "values": {"official_split1": 60.5},
                }
            ],
        },
        {
            "name": "Better!",
            "overrides": ["model.attention=stam"],
            "printed": [
                {
                    "row": "Ours",
                    "stream": "fused",
                    "metric": "micro",
                    "values": {"official_split1": 70.0},
                    "note": "printed twice",
                }
            ],
        },
    ],
}
PARAMS = """\
# what a user may change
recipe: demo  # a laptop's
seed: 7
dataset: {name: kitchen, root: auto}
protocol: auto
model: {attention: stam, backbone: auto}
supervision: {gaze: real}
report: {overlay_clips: 8}
"""


class Index(Section):
    """What a made configure says of the data."""

    source: str
    protocol: str


class Train(Section):
    """What a made configure says of training."""

    attention: str
    seed: int
    recipe_lr: float
    clips: int


class Report(Section):
    """What changes no score."""

    overlay_clips: int


def resolve(folder: Path) -> dict[str, Section]:
    """Do as configure does, for the few keys that there are."""
    params = read_yaml(folder / "params.yaml")
    recipe = read_yaml(folder / "recipes" / str(params["recipe"]) / "stam.yaml")
    return {
        "index": Index(source="today", protocol=params["protocol"]),
        "train_rgb": validate(
            Train,
            {
                "attention": params["model"]["attention"],
                "seed": params["seed"],
                "recipe_lr": recipe["train"]["lr"],
                "clips": recipe["train"].get("clips", 0),
            },
            "recipe",
        ),
        "report": Report(**params["report"]),
    }


def make_study_repository(root: Path, study: dict = STUDY):
    """Write params.yaml, a recipe and the study ``table``, all in git."""
    repository = make_repository(root)
    (root / "params.yaml").write_text(PARAMS)
    for recipe, rate in (("demo", 0.1), ("paper", 0.01)):
        folder = root / "recipes" / recipe
        folder.mkdir(parents=True)
        for method in ("none", "stam"):
            backbone = {"demo": "small", "paper": "large"}[recipe]
            YAML().dump(
                {"model": {"backbone": backbone}, "train": {"lr": rate}}, folder / f"{method}.yaml"
            )
    write_study(root, study)
    git(root, "add", "params.yaml", "recipes", "studies")
    git(root, "commit", "--quiet", "--message=study")
    return repository


def write_study(root: Path, study: dict) -> None:
    (root / "studies").mkdir(exist_ok=True)
    YAML().dump(study, root / "studies" / "table.yaml")


@dataclass
class Ended:
    """An experiment that has ended with some status after some looks."""

    status: int
    looks: int = 1

    def poll(self) -> int | None:
        self.looks -= 1
        return None if self.looks >= 0 else self.status


@dataclass
class FakeRunner:
    """Makes experiments as DVC would leave them; fails and is interrupted where it is told."""

    repository: object
    accuracies: dict[str, float] = field(default_factory=dict)
    failing: tuple[str, ...] = ()
    interrupt_at: int | None = None
    begun: list[Cell] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    stopped: list[Ended] | None = None
    recipe: Recipe = field(default_factory=Recipe)

    def start(self, cell: Cell, log: Path, slot: int) -> Ended:
        if self.interrupt_at == len(self.begun):
            raise KeyboardInterrupt
        self.begun.append(cell)
        self.slots.append(slot)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("Running stage 'train@rgb':\nloss is nan\n")
        if cell.row in self.failing:
            return Ended(255)
        made = replace(
            self.recipe,
            attention=cell.row,
            seed=cell.seed,
            accuracy=self.accuracies.get(cell.row, 0.6),
            draws=sum(map(ord, cell.split)),
        )
        add_experiment(self.repository, cell.name, made)
        return Ended(0)

    def stop(self, running) -> None:
        self.stopped = list(running)
