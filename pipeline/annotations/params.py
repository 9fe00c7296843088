"""The configuration of the index stage."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipeline.params import Section

DatasetName = Literal["kitchen", "egtea", "table"]
Protocol = Literal["official_split1", "official_split2", "official_split3", "listed"]


class DatasetConfig(Section):
    """Which data set, and where."""

    name: DatasetName
    """kitchen: the built-in demo set; egtea: EGTEA Gaze+'s layout; table: a CSV of your own."""
    root: Path
    """The data set's folder, or a table's CSV file; absolute outside of the repository."""


class ValidationConfig(Section):
    """What part of the training clips is held back to look at during training."""

    by: Literal["none", "session", "subject", "time"]
    """session, subject: whole ones, drawn by the seed; time: the last clips of each session."""
    share: float = Field(gt=0, lt=1)
    """Share of the training clips; not used with ``none``."""


class IndexConfig(Section):
    """All that the index stage reads of the configuration."""

    dataset: DatasetConfig
    source: str
    """Fingerprint of a root outside of the repository, so that DVC sees it change; else empty."""
    protocol: Protocol
    """An official split of kitchen and egtea; a table's parts are ``listed`` in it."""
    validation: ValidationConfig
    seed: int = Field(ge=0)
    """Draws the sessions or subjects of the validation part."""

    @model_validator(mode="after")
    def _protocol_belongs_to_dataset(self) -> "IndexConfig":
        if (self.dataset.name == "table") != (self.protocol == "listed"):
            raise ValueError(
                f"protocol '{self.protocol}' does not go with dataset '{self.dataset.name}': a "
                f"table's is listed, kitchen and egtea have official_split1, 2 and 3"
            )
        return self
