"""One item's work in another process, and how its result or its fault travels back."""

import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What the work raised."""

    error: Exception


def attempt(work: Callable[[], object]) -> bytes:
    """Do the work; return its result, pickled, or the `Fault` that it ended in."""
    try:
        return pickle.dumps(work())
    except Exception as error:  # noqa: BLE001  # raised again by `result_of`
        # a traceback does not pickle: its text goes along as a note, which Python prints
        error.add_note("In the worker:\n" + traceback.format_exc())
        return pickle.dumps(Fault(_portable(error)))


def result_of(payload: bytes) -> object:
    """Return the result of an `attempt`, or raise what its work raised."""
    result = pickle.loads(payload)  # noqa: S301  # from our own worker
    if isinstance(result, Fault):
        raise result.error
    return result


def _portable(error: Exception) -> Exception:
    """Return an error as it is where it survives pickling, else its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:  # noqa: BLE001  # an exception's own code may raise anything
        words = RuntimeError(f"{type(error).__name__}: {error}")
        for note in error.__notes__:
            words.add_note(note)
        return words
    return error
