"""The outputs of a finished experiment as a folder of links into DVC's cache: nothing is copied."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ruamel.yaml import YAML

from pipeline.experiments.names import ExperimentError, find_experiments, read_committed
from pipeline.experiments.read import Repository


def lay_out(repository: Repository, name: str, outputs: Sequence[str], folder: Path) -> Path:
    """Link some outputs of an experiment below a folder, each at its own path; returns the folder.

    An HDF5 file finds what it links to by relative paths, so that ``data/clips`` needs
    ``data/frames`` beside it.

    Args:
        repository: where the experiment is.
        name: of the experiment.
        outputs: files and folders as ``dvc.yaml`` names them.
        folder: is filled; links that are there already stay.

    Raises:
        ExperimentError: the experiment does not exist, has no such output, or its bytes are not in
            the cache.
    """
    [named] = find_experiments(repository.root, [name])
    digests = _digests(read_committed(repository.root, named.commit, "dvc.lock"))
    for output in outputs:
        if output not in digests:
            raise ExperimentError(f"experiment '{name}' has no output {output}")
        for path, digest in _files(repository, name, output, digests[output]).items():
            _link(_cached(repository, name, path, digest), folder / path)
    return folder


def _digests(lock: str) -> dict[str, str]:
    stages = YAML(typ="safe").load(lock)["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", [])}


def _files(repository: Repository, name: str, output: str, digest: str) -> Mapping[str, str]:
    """Return the digest of each file of an output; a folder's own digest is that of a listing."""
    if not digest.endswith(".dir"):
        return {output: digest}
    listing = json.loads(_cached(repository, name, output, digest).read_text(encoding="utf-8"))
    return {str(PurePosixPath(output) / file["relpath"]): file["md5"] for file in listing}


def _cached(repository: Repository, name: str, path: str, digest: str) -> Path:
    found = repository.objects / digest[:2] / digest[2:]
    if not found.is_file():
        raise ExperimentError(
            f"experiment '{name}': {path} is not at {found}; fetch it by "
            f"`dvc exp pull <remote> {name}`, or run it again"
        )
    return found


def _link(target: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(target)
