"""What a study has, and what it lacks, in lines for a terminal."""

from pipeline.studies.finished import Finished
from pipeline.studies.plan import Cell, Plan


def missing_cells(plan: Plan, finished: Finished) -> list[Cell]:
    """Return the experiments that are to be run."""
    return [cell for cell in plan.cells if cell.name not in finished.experiments]


def describe_state(plan: Plan, finished: Finished) -> str:
    """Return how much is there, what is not run, and what is to be run again."""
    missing = missing_cells(plan, finished)
    there = len(plan.cells) - len(missing)
    setting = plan.setting
    where = f"data set {setting.dataset}, recipe {setting.recipe}"
    counts = f"{len(plan.cells)} experiments, {there} are there, {len(missing)} to run"
    lines = [f"{plan.name}: {where}: {counts}"]
    for each in plan.skipped:
        where = f", {each.split}" if each.split else ""
        lines.append(f"not run: {each.row}{where}: {each.reason}")
    lines += [f"again: {name}: {reason}" for name, reason in finished.broken.items()]
    return "\n".join(lines)


def describe_cells(plan: Plan, finished: Finished) -> str:
    """Return a line for each experiment with the command that would run it, were it alone."""
    lines = []
    for cell in plan.cells:
        state = "there" if cell.name in finished.experiments else "to run"
        sets = " ".join(f"-S {_quoted(override)}" for override in cell.overrides)
        lines += [f"{state}: {cell}", f"    dvc exp run -n {cell.name} {sets}"]
    return "\n".join(lines)


def _quoted(override: str) -> str:
    return f"'{override}'" if set(override) & set(" {}[]*'\"$") else override
