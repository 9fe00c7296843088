"""What ``params.yaml`` said when the finished run was made, by DVC's own lock file.

The file itself may have been edited since.
"""

import hashlib
from pathlib import Path

from pipeline.dvc_lock import locked_digests, locked_params
from pipeline.nested import mapping_at
from pipeline.params import read_yaml
from pipeline.tracking.model_card import RegisterError


def read_run_params(lock_path: Path, record_path: Path) -> dict[str, object]:
    """Return the run's params, nested.

    ``dvc.lock`` holds them, and the digests of all that stages read and wrote. It is believed where
    the record is the one that it knows, and no stage ran by another configuration, as after a
    `dvc repro` that was stopped.

    Args:
        lock_path: ``dvc.lock``.
        record_path: ``reports/metrics.json``.

    Raises:
        RegisterError: the lock speaks of another run.
        ParamsError: it is absent or broken.
    """
    stages = mapping_at(read_yaml(lock_path), "stages")
    known = dict(locked_digests(stages, "outs"))
    found = hashlib.md5(record_path.read_bytes(), usedforsecurity=False).hexdigest()
    if known.get(record_path.as_posix()) != found:
        raise RegisterError(
            f"{record_path}: found another file than {lock_path} knows, so the params that made it "
            "are not known; run `dvc repro` or `dvc checkout`"
        )
    for path, digest in locked_digests(stages, "deps"):
        if path.startswith("data/config/") and known.get(path) != digest:
            raise RegisterError(
                f"{lock_path}: a stage ran by another {path} than there is now, so the params that "
                "made the run are not known; run `dvc repro` to its end"
            )
    params = locked_params(stages)
    if not params:
        raise RegisterError(f"{lock_path}: found no params of the stage configure; run `dvc repro`")
    return dict(params)
