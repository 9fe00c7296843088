"""What the stage report prints at its end."""

from collections.abc import Mapping

from pipeline.evaluation.summary import Accuracy
from pipeline.reporting.numbers import percent

TITLES = {"rgb": "RGB", "flow": "Flow", "joint": "Joint", "fused": "Fused"}


def result_lines(
    accuracies: Mapping[str, Accuracy | None],
    *,
    chance: float,
    num_clips: int,
    num_classes: int,
) -> str:
    """Return a small table of accuracies, fused first, and chance."""
    lines = [f"Test accuracy, {num_clips} clips, {num_classes} classes", ""]
    lines.append("          micro    macro    top-5     verb     noun")
    for name in ("fused", "rgb", "flow", "joint"):
        if accuracy := accuracies.get(name):
            cells = [percent(value).rjust(8) for value in accuracy.as_dict().values()]
            lines.append(f"  {TITLES[name]:<6}" + " ".join(cells))
    return "\n".join([*lines, f"  Chance{percent(chance):>8}"])
