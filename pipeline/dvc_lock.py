"""What ``dvc.lock`` knows of a run: the params of its configuration, and digests of its files."""

from collections.abc import Iterator, Mapping

from pipeline.nested import mapping_at


def locked_params(stages: Mapping[str, object]) -> Mapping[str, object]:
    """Return what ``params.yaml`` said, nested; empty where the stage configure did not run.

    stages: the lock's section of that name.
    """
    return mapping_at(stages, "configure", "params", "params.yaml")


def locked_digests(stages: Mapping[str, object], kind: str) -> Iterator[tuple[str, str]]:
    """Yield paths and MD5 digests of all stages' ``deps`` or ``outs``."""
    for name in stages:
        entries = mapping_at(stages, name).get(kind)
        for entry in entries if isinstance(entries, list) else []:
            yield str(entry["path"]), str(entry.get("md5", ""))
