"""The memory that this process holds."""

import ctypes
from functools import cache


def give_back() -> None:
    """Return to the system what is free but kept by the heap of the GNU C library; elsewhere nothing is done.

    Tensors that come and go between objects that stay leave the heap full of holes: without this a long training seems
    to grow although what it uses stays the same.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> "ctypes._NamedFuncPointer | None":
    try:
        found: ctypes._NamedFuncPointer = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        return None
    found.argtypes, found.restype = [ctypes.c_size_t], ctypes.c_int
    return found
