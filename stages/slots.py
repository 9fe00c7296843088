"""How experiments that run at once share a machine: its cores, and its GPUs if it has several."""

from collections.abc import Mapping

from stages.environment import EnvironmentFault, find_gpus


def slot_environments(environ: Mapping[str, str], cores: int, jobs: int) -> list[dict[str, str]]:
    """Return what the processes of each slot find in their environment.

    One slot has the whole machine, as it is. Several have an equal share of the cores each, and
    one of the GPUs in turn, from ``FIXATE_DEVICE`` on, unless ``FIXATE_DEVICES`` gives every
    experiment several.

    Raises:
        EnvironmentFault: a variable is not understood.
    """
    if jobs == 1:
        return [{}]
    share = {"FIXATE_WORKERS": str(max(cores // jobs, 1))}
    gpus = _count_gpus(environ, jobs) if "FIXATE_DEVICES" not in environ else 0
    first = int((environ.get("FIXATE_DEVICE") or "").partition(":")[2] or 0) if gpus > 1 else 0
    return [
        {**share, "FIXATE_DEVICE": f"cuda:{first + slot % gpus}"} if gpus > 1 else share
        for slot in range(jobs)
    ]


def _count_gpus(environ: Mapping[str, str], most: int) -> int:
    """Return how many GPUs experiments may use, as far as there are jobs for them."""
    for count in range(most, 1, -1):
        try:
            return len(find_gpus({**environ, "FIXATE_DEVICES": str(count)}))
        except EnvironmentFault:
            continue
    return len(find_gpus(environ))
