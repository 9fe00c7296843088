"""The maps of an explanation file: which clips have which kinds, and one clip after the other."""

from pathlib import Path

import h5py

from pipeline.evaluation.explain import GROUPS, ClipMaps, ExplainError, MapKind, read_maps


def clips_with_maps(path: Path) -> dict[MapKind, list[str]]:
    """Return the names of the clips that have maps, by kind; a kind without maps is left out.

    Raises:
        ExplainError: the file is absent.
    """
    found: dict[MapKind, list[str]] = {}
    try:
        with h5py.File(path, "r") as file:
            for kind, name in GROUPS.items():
                group = file.get(name)
                if group is not None and "maps" in group:
                    found[kind] = group["clip"].asstr()[:].tolist()
    except OSError as error:
        raise ExplainError(f"{path}: not readable ({error}); run `dvc repro explain`") from error
    return found


def read_clip(path: Path, clip: str, kind: MapKind) -> ClipMaps:
    """Return one clip's maps of one kind."""
    return read_maps(path, [clip], kind)[clip]
