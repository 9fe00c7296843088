"""A folder that predicts on its own: networks and settings, without the run that made them."""

import shutil
from pathlib import Path

from pipeline.models.digests import sha256
from pipeline.params import read_section, write_section
from pipeline.prediction.errors import PredictionError
from pipeline.prediction.gather import Setup, gather_setup
from pipeline.prediction.params import PredictionConfig, Wish

SETTINGS = "prediction.yaml"


def write_bundle(setup: Setup, folder: Path) -> None:
    """Copy a setup's networks into a folder, with its settings."""
    for plan in setup.config.networks.values():
        target = folder / plan.file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(setup.models_dir / plan.file, target)
    write_section(folder / SETTINGS, setup.config)


def read_bundle(folder: Path) -> Setup:
    """Read a folder that `write_bundle` filled.

    Raises:
        PredictionError: a network is absent, or not the one that was written.
        ParamsError: the settings are absent or broken.
    """
    config = read_section(folder / SETTINGS, PredictionConfig)
    for plan in config.networks.values():
        path = folder / plan.file
        if not path.is_file() or sha256(path) != plan.sha256:
            state = "another file" if path.is_file() else "no file"
            raise PredictionError(
                f"{path}: found {state}, expected the network of {folder / SETTINGS} (sha256 "
                f"{plan.sha256[:12]}…); copy the folder again, whole"
            )
    return Setup(config, folder, ())


def open_setup(models_dir: Path, data_dir: Path, wish: Wish) -> Setup:
    """Return what predicts: a bundle where the folder of models is one, else a run's."""
    if (models_dir / SETTINGS).is_file():
        setup = read_bundle(models_dir)
        if wish != "auto":
            streams = " and ".join(sorted(setup.config.networks))
            raise PredictionError(
                f"{models_dir}: found a bundle, whose networks are {streams}; --stream {wish} "
                "needs the run that it was made of"
            )
        return setup
    return gather_setup(models_dir, data_dir, wish)
