"""A finished experiment's results, read where they lie: nothing is checked out or run.

``dvc.lock`` of the experiment's commit says which object of DVC's cache each output is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.dvc_lock import locked_digests, locked_params
from pipeline.evaluation.classes import Classes, read_classes
from pipeline.evaluation.scores import Scores, read_scores
from pipeline.experiments.names import (
    WORKSPACE,
    ExperimentError,
    Named,
    find_experiments,
    read_committed,
)
from pipeline.experiments.recipe import recipe_of
from pipeline.nested import mapping_at
from pipeline.tables.clips import read_clips

STREAMS = ("fused", "rgb", "flow", "joint")
"""Whose scores there may be, in the order of tables."""

CODE = ("pipeline/", "stages/")
UNSCORED = {"configure", "explain", "gaze_metrics", "report"}
"""Stages whose code changes no score."""


@dataclass(frozen=True)
class Repository:
    """Where experiments are.

    Args:
        root: the folder with ``.git``, ``dvc.yaml`` and the workspace's files.
        objects: DVC's cache of files by their MD5 digests, ``.dvc/cache/files/md5``.
    """

    root: Path
    objects: Path


@dataclass(frozen=True)
class Experiment:
    """What a finished experiment left.

    Args:
        name: as the user wrote it.
        commit: of the experiment; empty for the workspace.
        params: what ``params.yaml`` said when it ran, nested.
        metrics: its ``reports/metrics.json``.
        scores: of the validation and test clips by stream; only those that its method has.
        session_of: the session of each clip of the data set.
        classes: its actions.
        recipe: what its method's file and those below it said when it ran, nested; where they are
            not kept, a digest of all recipes, if there is one.
        code: digest of each folder and file of code that its scores depend on.
    """

    name: str
    commit: str
    params: Mapping[str, object]
    metrics: Mapping[str, object]
    scores: Mapping[str, Scores]
    session_of: Mapping[str, str]
    classes: Classes
    recipe: Mapping[str, object]
    code: Mapping[str, str]


def read_experiments(repository: Repository, names: Sequence[str]) -> list[Experiment]:
    """Read experiments by name, in the order given; ``workspace`` is what lies in the folder.

    Raises:
        ExperimentError: an experiment does not exist, did not finish, or its files are not here.
    """
    return [_read(repository, named) for named in find_experiments(repository.root, names)]


def _read(repository: Repository, named: Named) -> Experiment:
    lock = _read_lock(repository.root, named)
    files = _Files(repository, named.name, dict(locked_digests(lock, "outs")))
    clips = read_clips(files.path("data/index/clips.csv"))
    scores = {name: read_scores(files.path(f"data/scores/{name}.h5")) for name in STREAMS}
    params = locked_params(lock)
    return Experiment(
        name=named.name,
        commit=named.commit,
        params=params,
        metrics=json.loads(files.path("reports/metrics.json").read_text(encoding="utf-8")),
        scores={name: found for name, found in scores.items() if len(found.clips)},
        session_of={clip.clip: clip.session for clip in clips},
        classes=read_classes(files.path("data/index/classes.csv")),
        recipe=recipe_of(params, partial(_read_text, repository.root, named)) or _digest(lock),
        code=_code(lock),
    )


@dataclass(frozen=True)
class _Files:
    """The outputs of one experiment; ``digests`` holds their MD5 by path."""

    repository: Repository
    name: str
    digests: Mapping[str, str]

    def path(self, output: str) -> Path:
        """Return where an output's bytes lie."""
        if self.name == WORKSPACE:
            path = self.repository.root / output
            remedy = "run `dvc repro`"
        elif output in self.digests:
            digest = self.digests[output]
            path = self.repository.objects / digest[:2] / digest[2:]
            remedy = f"fetch it by `dvc exp pull <remote> {self.name}`, or run it again"
        else:
            raise ExperimentError(
                f"experiment '{self.name}' has no {output}: it did not finish, or older code made "
                "it; run it again"
            )
        if not path.is_file():
            raise ExperimentError(f"experiment '{self.name}': {output} is not at {path}; {remedy}")
        return path


def _read_lock(root: Path, named: Named) -> Mapping[str, object]:
    if named.commit:
        try:
            text = read_committed(root, named.commit, "dvc.lock")
        except ExperimentError:
            raise ExperimentError(
                f"'{named.name}' ({named.commit[:7]}) is no finished experiment: its commit has no "
                "dvc.lock"
            ) from None
    elif (path := root / "dvc.lock").is_file():
        text = path.read_text(encoding="utf-8")
    else:
        raise ExperimentError(
            f"{path}: no such file, so the workspace has no results; run `dvc repro`"
        )
    return mapping_at(YAML(typ="safe").load(text), "stages")


def _read_text(root: Path, named: Named, path: str) -> str | None:
    """Return a tracked file's text as the experiment saw it; None where it has none."""
    if not named.commit:
        return (root / path).read_text(encoding="utf-8") if (root / path).is_file() else None
    try:
        return read_committed(root, named.commit, path)
    except ExperimentError:
        return None


def _digest(lock: Mapping[str, object]) -> dict[str, object]:
    """Return the digest of all recipes."""
    return {
        f"digest of {path}": digest
        for path, digest in locked_digests(lock, "deps")
        if path == "recipes"
    }


def _code(lock: Mapping[str, object]) -> dict[str, str]:
    scored = {name: stage for name, stage in lock.items() if name.split("@")[0] not in UNSCORED}
    return {
        path: digest for path, digest in locked_digests(scored, "deps") if path.startswith(CODE)
    }
