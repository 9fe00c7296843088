"""Compiled code kept on disk, and found again by what it is made of instead of where it lies.

numba's own caches know a function by the path and the text of its file. So a copy of the
repository, as DVC makes for each experiment, would compile anew, and a change of a function that
another file calls would go unseen. Here a folder's name is a digest of the whole package, of the
compiler's versions and switches and of the processor; what lies in it fits, wherever it was made.

Each function and each row width has files of its own: processes that write at the same time write
the same. A folder that cannot be read or written costs time, not the result.
"""

import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core import config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator
from numba.core.dispatcher import Dispatcher
from numba.core.registry import cpu_target
from numba.misc.appdirs import AppDirs

from pipeline.memo import content_key, file_digests

PACKAGE = Path(__file__).parent
SWITCHES = ("BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "OPT", "SLP_VECTORIZE")
"""Of ``NUMBA_…``: code made with others is slow, or checks no bounds where it was asked to."""
DAMAGED = (EOFError, pickle.UnpicklingError)


def keep_on_disk(function: Dispatcher) -> Dispatcher:
    """Let a compiled function look for its code on disk first, and leave it there."""
    # numba offers no other way in
    function._cache = DigestCache(function.py_func)  # type: ignore[attr-defined]  # noqa: SLF001
    return function


def cache_dir() -> Path:
    """Return the folder of this package's code: in ``NUMBA_CACHE_DIR``, else in the user's cache.

    The stage sets the former before numba is imported.
    """
    user_dir = AppDirs(appname="fixate", appauthor=False).user_cache_dir
    root = config.CACHE_DIR or str(Path(user_dir) / "numba")  # type: ignore[attr-defined]
    return Path(root) / f"tvl1-{_digest()}"


@cache
def _digest() -> str:
    target = cpu_target.target_context.codegen().magic_tuple()
    switches = [str(getattr(config, name)) for name in SWITCHES]
    made_by = (numba.__version__, llvmlite.__version__, target, switches)
    return content_key(made_by, file_digests(PACKAGE, PACKAGE.glob("*.py")))[:16]


class DigestLocator(_CacheLocator):
    """Says where a function's code is kept, and when it is out of date: never, in its folder."""

    def __init__(self, function: Any, path: str) -> None:
        cells = function.__closure__ or ()
        self._constants = "-".join(str(cell.cell_contents) for cell in cells)
        self._py_file = path  # numba's warnings name it

    def get_cache_path(self) -> str:
        return str(cache_dir())

    def get_source_stamp(self) -> str:
        return _digest()

    def get_disambiguator(self) -> str:
        return self._constants

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "DigestLocator":
        return cls(py_func, py_file)


class DigestCacheFiles(CompileResultCacheImpl):
    """numba's files of compiled code, at our place."""

    _locator_classes = [DigestLocator]  # noqa: RUF012 - as in the class above


class DigestCache(FunctionCache):
    """numba's cache of a function, for which no state of a disk is an error."""

    _impl_class = DigestCacheFiles

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except (OSError, *DAMAGED):
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            try:
                super().save_overload(sig, data)
            except DAMAGED:  # the list of what is there
                self.flush()
                super().save_overload(sig, data)
