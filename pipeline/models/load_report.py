"""What became of a checkpoint's tensors, for people to read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadReport:
    """What became of every tensor of a checkpoint and of the network."""

    loaded: tuple[str, ...]
    """Our names of the tensors taken from the checkpoint."""

    renamed: dict[str, str]
    """Their name -> ours, where the two differ."""

    adapted: dict[str, str]
    """Our name -> how the tensor was fitted to our shape."""

    dropped: dict[str, str]
    """Their name of a tensor that was declared to be left out -> why it was."""

    new: tuple[str, ...]
    """Our tensors that the checkpoint was declared not to hold; they keep their start values."""

    def __str__(self) -> str:
        counts = (
            f"{len(self.loaded)} tensors loaded, {len(self.renamed)} renamed, "
            f"{len(self.adapted)} adapted, {len(self.dropped)} dropped, {len(self.new)} new"
        )
        return counts + (f" (dropped: {', '.join(self.dropped)})" if self.dropped else "")

    def describe(self) -> str:
        """Return every tensor's fate, a line each, under the counts."""
        old = {ours: theirs for theirs, ours in self.renamed.items()}
        lines = [
            *(f"loaded   {name}{_from(old.get(name))}" for name in self.loaded),
            *(f"adapted  {name}: {how}" for name, how in self.adapted.items()),
            *(f"dropped  {name}: {why}" for name, why in self.dropped.items()),
            *(f"new      {name}" for name in self.new),
        ]
        return "\n".join([*lines, str(self)])


def _from(theirs: str | None) -> str:
    return f" <- {theirs}" if theirs else ""
