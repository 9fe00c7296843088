"""What can go wrong while work is spread."""


class FanOutError(RuntimeError):
    """The work on one item failed; the message names the item, the cause is chained."""


class ClusterError(RuntimeError):
    """The cluster cannot do the work: its scheduler or workers are absent, or not like this run."""


def failure(label: str, item: object, why: object) -> FanOutError:
    """Return the error of an item: what was being done, to what, and why it ended."""
    return FanOutError(f"{label}: {item}: {why}")
