import os
import signal
from collections import Counter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
# One place for compiled code: else each test with a DVC_ROOT of its own compiles anew.
os.environ.setdefault("NUMBA_CACHE_DIR", str(REPOSITORY / ".work" / "numba"))

# A shell's background ignores SIGINT, and so would all that tests start, and then stop by it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def shared_dir() -> Path:
    """Return the folder of real test material that lies beside the repository."""
    path = REPOSITORY.parent / "shared"
    if not path.is_dir():
        pytest.skip(f"{path} is absent: it holds real annotations, gaze and videos for tests")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    begin_with_slow_files(items)
    skip_without_gpu(items)


def begin_with_slow_files(items: list[pytest.Item]) -> None:
    """Let no process be left alone with a long file at the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


def skip_without_gpu(items: list[pytest.Item]) -> None:
    if not any(item.get_closest_marker("gpu") for item in items):
        return
    import torch

    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("gpu"):
                item.add_marker(pytest.mark.skip(reason="no CUDA device on this machine"))
