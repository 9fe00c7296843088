"""The configuration of the index stage."""

from pathlib import Path
from typing import Literal, no_type_check

from pydantic import Field, ValidationInfo, field_validator

from pipeline.annotations.protocols import DATASET_PROTOCOLS, PROTOCOLS, VALIDATION_WAYS
from pipeline.params import Section

DatasetName = Literal["kitchen", "egtea", "table"]


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
    protocol: str
    """One of `pipeline.annotations.protocols.PROTOCOLS` that the data set can have."""
    protocol_seed: int | None = Field(ge=0)
    """Draws the sessions or subjects of a disjoint protocol's test part; null in all others."""
    validation: ValidationConfig
    seed: int = Field(ge=0)
    """Draws the sessions or subjects of the validation part."""

    @field_validator("protocol")
    @classmethod
    @no_type_check  # beartype cannot check pydantic's ValidationInfo when tests switch it on
    def _is_one_of_the_data_sets(cls, protocol: str, info: ValidationInfo) -> str:
        dataset = info.data.get("dataset")
        known = DATASET_PROTOCOLS[dataset.name] if dataset else tuple(PROTOCOLS)
        if protocol not in known:
            of_what = f" of data set {dataset.name}" if dataset else ""
            raise ValueError(f"expected a protocol{of_what}: {' or '.join(map(repr, known))}")
        return protocol

    @field_validator("validation")
    @classmethod
    @no_type_check  # beartype cannot check pydantic's ValidationInfo when tests switch it on
    def _keeps_apart_what_the_protocol_does(
        cls, validation: ValidationConfig, info: ValidationInfo
    ) -> ValidationConfig:
        protocol = info.data.get("protocol")
        ways = VALIDATION_WAYS[PROTOCOLS[protocol].apart if protocol else None]
        if validation.by not in ways:
            raise ValueError(
                f"protocol {protocol} lets validation.by be {' or '.join(map(repr, ways))}"
            )
        return validation
