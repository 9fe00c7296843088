"""Experiments by name: DVC keeps each as a commit below ``refs/exps``, which git can list.

git is asked in place of DVC, whose import alone takes longer than the whole comparison.
"""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

WORKSPACE = "workspace"
"""Name of what lies in the repository's folder now."""

REFERENCE = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/([^/]+) ([0-9a-f]{40})")
"""Two parts of the baseline's commit, the name, and the experiment's commit. DVC's own notes, such
as ``refs/exps/exec/EXEC_HEAD``, have another form."""

MOST_LISTED = 60


class ExperimentError(ValueError):
    """An experiment that does not exist, did not finish, or whose files are not here."""


@dataclass(frozen=True)
class Named:
    """One experiment.

    Args:
        name: as DVC shows it, or as the user wrote a commit.
        commit: 40 hexadecimal digits; empty for the workspace.
        baseline: the commit it was started from; empty where it is not known.
    """

    name: str
    commit: str
    baseline: str


def list_experiments(root: Path) -> list[Named]:
    """Return the repository's experiments, the newest first.

    Raises:
        ExperimentError: there is no git repository at ``root``.
    """
    listing = _git(
        root,
        "for-each-ref",
        "--sort=-committerdate",
        "--format=%(refname) %(objectname)",
        "refs/exps",
    )
    found = [REFERENCE.fullmatch(line) for line in listing.splitlines()]
    return [Named(match[3], match[4], match[1] + match[2]) for match in found if match]


def find_experiments(root: Path, names: Sequence[str]) -> list[Named]:
    """Find experiments by their names; ``workspace`` and git's revisions are names too.

    Of several experiments of one name, on other baselines, the current commit's is meant.

    Raises:
        ExperimentError: one line names all that are unknown or ambiguous, and those that exist.
    """
    listed = list_experiments(root)
    found = [_find(root, name, listed) for name in names]
    unknown = [name for name, match in zip(names, found, strict=True) if match is None]
    if unknown:
        raise ExperimentError(_complain(unknown, listed))
    return [match for match in found if match is not None]


def read_committed(root: Path, commit: str, path: str) -> str:
    """Return a file's text as it is in a commit.

    Raises:
        ExperimentError: the commit lacks it.
    """
    return _git(root, "show", f"{commit}:./{path}")


def changed_since(root: Path, commit: str, paths: Sequence[str]) -> list[str]:
    """Return the tracked files below some paths that are not what they were in a commit.

    Raises:
        ExperimentError: there is no such commit.
    """
    return _git(root, "diff", "--name-only", commit, "--", *paths).splitlines()


def _find(root: Path, name: str, listed: Sequence[Named]) -> Named | None:
    if name == WORKSPACE:
        return Named(WORKSPACE, "", "")
    matches = [experiment for experiment in listed if experiment.name == name]
    if len(matches) > 1:
        head = _git(root, "rev-parse", "HEAD").strip()
        own = [experiment for experiment in matches if experiment.baseline == head]
        if not own:
            commits = ", ".join(experiment.commit[:7] for experiment in matches)
            raise ExperimentError(
                f"'{name}' names {len(matches)} experiments, none of them started from the "
                f"current commit; give one of their commits: {commits}"
            )
        matches = own
    if matches:
        return matches[0]
    return _find_revision(root, name)


def _find_revision(root: Path, name: str) -> Named | None:
    """Find a commit, branch or tag, such as the one that ``dvc exp branch`` makes."""
    try:
        revision = f"{name}^{{commit}}"
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision)
    except ExperimentError:
        return None
    return Named(name, commit.strip(), "")


def _complain(unknown: Sequence[str], listed: Sequence[Named]) -> str:
    names = [*dict.fromkeys(experiment.name for experiment in listed), WORKSPACE]
    near = [close for name in unknown for close in get_close_matches(name, names, 1)]
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    hint = f" (did you mean {' or '.join(dict.fromkeys(near))}?)" if near else ""
    wrong = ", ".join(f"'{name}'" for name in unknown)
    return f"no experiment {wrong}{hint}; there are: {', '.join(names[:MOST_LISTED])}{more}"


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ExperimentError(
            f"{root}: git {arguments[0]} failed: {done.stderr.strip() or 'found nothing'}"
        )
    return done.stdout
