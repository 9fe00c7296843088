"""Which finished experiments ran with other code than is here: a name does not tell."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.experiments.names import changed_since
from pipeline.experiments.read import Experiment


def describe_old_code(root: Path, experiments: Iterable[Experiment]) -> str | None:
    """Return one warning of all experiments whose scores other code made, or None.

    Only what an experiment's scores depend on counts, as its ``dvc.lock`` names it; the
    workspace's code is compared, with changes that are in no commit.
    """
    alike: dict[tuple[tuple[str, str], ...], list[Experiment]] = {}
    for experiment in experiments:
        alike.setdefault(tuple(sorted(experiment.code.items())), []).append(experiment)
    names, changed = [], set()
    for code, members in alike.items():
        paths = [path for path, _ in code]
        files = changed_since(root, members[0].commit, paths) if paths else []
        changed |= {path for path in paths for file in files if f"{file}/".startswith(f"{path}/")}
        names += [each.name for each in members] if files else []
    if not names:
        return None
    return (
        f"warning: {len(names)} finished experiments ran with other code than is here "
        f"({', '.join(sorted(changed))}), and stay in the table: {', '.join(names)}; "
        "`dvc exp remove <name>` has one run again"
    )
