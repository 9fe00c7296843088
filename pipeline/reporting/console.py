"""What the stage report prints at its end."""

from collections.abc import Mapping

from pipeline.evaluation.summary import Accuracy

TITLES = {"rgb": "RGB", "flow": "Flow", "joint": "Joint", "fused": "Fused"}


def result_lines(
    accuracies: Mapping[str, Accuracy | None],
    *,
    chance: float,
    num_clips: int,
    num_classes: int,
    page: str,
    runs_link: str,
) -> str:
    """Return a small table of micro and macro accuracy, fused first, and where to look."""
    lines = [f"Test accuracy, {num_clips} clips, {num_classes} classes", ""]
    lines.append("          micro    macro    top-5     verb     noun")
    for name in ("fused", "rgb", "flow", "joint"):
        if accuracy := accuracies.get(name):
            cells = [percent(value).rjust(8) for value in accuracy.as_dict().values()]
            lines.append(f"  {TITLES[name]:<6}" + " ".join(cells))
    lines.append(f"  Chance{percent(chance):>8}")
    lines += ["", f"Report  {page}"]
    if runs_link:
        lines.append(f"Runs    {runs_link}   (serve them with `make ui`)")
    return "\n".join(lines)


def percent(share: float | None) -> str:
    """Return a share as a percentage with one decimal, or a dash where it is not defined."""
    return "–" if share is None else f"{100 * share:.1f} %"
