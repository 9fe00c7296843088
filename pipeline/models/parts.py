"""Which parts of a network a checkpoint may lack, and which of its own may be left out.

A part is all tensors whose names begin alike; of several beginnings that fit, the longest counts.
"""

from collections.abc import Iterable, Mapping, Sequence

from torch import Tensor

from pipeline.models.key_map import KeyMap
from pipeline.models.key_maps import COUNTER


def leave_out(
    own: Mapping[str, Tensor], found: Mapping[str, Tensor], key_map: KeyMap
) -> dict[str, str]:
    """Why tensors of a checkpoint are left out, by our names.

    A classifier of other classes is left out whole, or not at all.
    """
    optional = (*key_map.extras, *key_map.classifier)
    absent = [part for part in optional if not _any_begins(own, part)]
    reasons = {
        name: "the network has no such part" for name in found if name.startswith(tuple(absent))
    }
    classifiers = [
        name for name in found if name in own and name.startswith(tuple(key_map.classifier))
    ]
    if classifiers and all(_differ_in_classes(found[name], own[name]) for name in classifiers):
        reasons |= {
            name: f"{len(found[name])} classes, the network has {len(own[name])}"
            for name in classifiers
        }
    return reasons


def new_tensors(
    own: Iterable[str],
    found: Iterable[str],
    prefixes: Sequence[str],
    key_map: KeyMap,
    targets: Sequence[str],
) -> set[str]:
    """Our tensors that the checkpoint may lack; a part is new only where it lacks all of it.

    prefixes: the parts that may be new.
    targets: further parts, that something was renamed to.
    """
    parts = (*prefixes, *key_map.extras, *key_map.classifier, *targets)
    known = {_part(name, parts) for name in found}
    new = {part for part in prefixes if part not in known}
    return {
        name
        for name in own
        if _part(name, parts) in new or (key_map.may_lack_counters and name.endswith(COUNTER))
    }


def _part(name: str, parts: Sequence[str]) -> str:
    return max((part for part in parts if name.startswith(part)), key=len, default="")


def _any_begins(names: Iterable[str], beginning: str) -> bool:
    return any(name.startswith(beginning) for name in names)


def _differ_in_classes(theirs: Tensor, ours: Tensor) -> bool:
    return theirs.shape[1:] == ours.shape[1:] and theirs.shape[:1] != ours.shape[:1]
