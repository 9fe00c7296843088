"""A study as data: the shape of ``studies/<name>.yaml``."""

import re
from typing import Annotated, Literal

import pydantic

from pipeline.params import Section, choose
from pipeline.studies.figures import FIGURES, FigureParams

StreamName = Literal["fused", "rgb", "flow", "joint"]
MEAN = "mean"
"""Stands among the splits for the mean over all of them."""

AnyFigure = Annotated[
    pydantic.SerializeAsAny[FigureParams],
    pydantic.BeforeValidator(lambda values: choose(FIGURES, values)),
]


class Source(Section):
    """Where the printed figures are from."""

    paper: str
    """Authors, title, place and year."""
    table: str
    """Which table of it."""
    dataset: str
    """The data set's name in params.yaml; a name that no reader has, where there is none."""
    setting: str
    """Data set, protocol and network, in the paper's words."""


class Headline(Section):
    """What the study's own figure shows."""

    stream: StreamName
    """Whose scores."""
    metric: Literal["micro", "macro"]
    """Which accuracy."""


class Printed(Section):
    """Figures of one line of the table."""

    row: str
    """The line's name there."""
    stream: StreamName
    """What of ours stands beside it."""
    metric: Literal["micro", "macro", "gflops"]
    """``gflops`` is told, and not measured here."""
    values: dict[str, float | None]
    """In percent (GFLOPs as they are), by split or ``mean``; null where the text cannot be read."""
    source: str | None = None
    """Where it is printed, if not in the study's own table."""
    protocol: str | None = None
    """How it was measured, if not in the study's own setting."""
    note: str | None = None
    """What else a reader must know."""


class Row(Section):
    """One method or variant."""

    name: str
    """Short; part of the experiments' names."""
    overrides: list[str] = pydantic.Field(default_factory=list)
    """As after ``-S`` of ``dvc exp run``; ``{recipe}`` stands for the recipe's name."""
    by_recipe: dict[str, list[str]] = pydantic.Field(default_factory=dict)
    """More of them, which differ by recipe; a recipe that is not among them has no such row."""
    needs: list[Literal["gaze"]] = pydantic.Field(default_factory=list)
    """What a data set must come with."""
    absent: str | None = None
    """Why the row is printed alone: nothing here is that method."""
    against: list[str] | None = None
    """Rows that it is compared with; without, the study's baseline."""
    printed: list[Printed] = pydantic.Field(default_factory=list)
    """What the paper says of it."""

    @property
    def slug(self) -> str:
        """The name as it stands in experiments' names."""
        return slug(self.name)


class Study(Section):
    """Rows, each run on some splits with some seeds."""

    title: str
    source: Source | None = None
    """None for a study of our own."""
    splits: dict[str, list[str]]
    """By name, the overrides that choose the split; none leaves params.yaml's protocol."""
    mean: bool = True
    """Whether splits are averaged; not where they are protocols that see the same clips."""
    seeds: Annotated[list[pydantic.NonNegativeInt], pydantic.Field(min_length=1)]
    baseline: str
    """The row that all others are compared with."""
    headline: Headline
    backbone_of: str | None = None
    """A method whose network, as the recipe has it, is every row's."""
    overrides: list[str] = pydantic.Field(default_factory=list)
    """Of every row, before its own."""
    by_recipe: dict[str, list[str]] = pydantic.Field(default_factory=dict)
    """More of every row's, which only these recipes want."""
    rows: Annotated[list[Row], pydantic.Field(min_length=1)]
    figures: list[AnyFigure] = pydantic.Field(default_factory=list)

    @property
    def runnable(self) -> list[Row]:
        """The rows that are not printed alone."""
        return [row for row in self.rows if row.absent is None]

    def against(self, row: Row) -> list[str]:
        """Return the names of the rows that a row is compared with."""
        wanted = [self.baseline] if row.against is None else row.against
        return [name for name in wanted if name != row.name]


def slug(name: str) -> str:
    """Return a name as git allows it in a reference: letters, digits, points, dashes."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")
