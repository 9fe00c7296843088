"""Processes that end with the one that began them, so that a killed run leaves none behind."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


def end_with_parent() -> None:
    """Let the kernel send this process a SIGTERM when its parent ends, however that ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
