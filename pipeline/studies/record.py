"""A study as plain values, for programs."""

from collections.abc import Mapping
from dataclasses import asdict

from pipeline.experiments.read import Experiment
from pipeline.studies.measure import RESAMPLING_SEED, Measured
from pipeline.studies.plan import Cell, Plan
from pipeline.studies.printed import arrange_lines, printed_difference

PLACE = ("row", "stream", "metric", "split")
"""What tells an accuracy of ours from the others."""


def as_record(
    plan: Plan, measured: Measured, experiments: Mapping[str, Experiment]
) -> dict[str, object]:
    """Return all that was found: accuracies and differences in [0, 1], printed ones in percent."""
    study, setting = plan.study, plan.setting
    return {
        "study": plan.name,
        "title": study.title,
        "source": study.source.model_dump() if study.source else None,
        "setting": {"recipe": setting.recipe, "dataset": setting.dataset},
        "seeds": list(plan.seeds),
        "resampling_seed": RESAMPLING_SEED,
        "splits": {split: asdict(facts) for split, facts in measured.splits.items()},
        "experiments": [_experiment(cell, experiments) for cell in plan.cells],
        "not_run": [asdict(each) for each in plan.skipped],
        "table": [
            {
                "row": line.row,
                "stream": line.stream,
                "metric": line.metric,
                "split": line.split,
                "printed": line.value,
                "printed_as": line.printed.row if line.printed else None,
            }
            for line in arrange_lines(plan, measured)
        ],
        "ours": [
            dict(zip(PLACE, place, strict=True))
            | {"seeds": list(ours.seeds)}
            | asdict(ours.estimate)
            for place, ours in measured.ours.items()
        ],
        "differences": [
            asdict(each)
            | {
                "split": split,
                "verdict": each.verdict,
                "printed": printed_difference(plan, each, split),
            }
            for split, found in measured.differences.items()
            for each in found
        ],
    }


def _experiment(cell: Cell, experiments: Mapping[str, Experiment]) -> dict[str, object]:
    found = experiments.get(cell.name)
    return {**asdict(cell), "overrides": list(cell.overrides), "commit": found and found.commit}
