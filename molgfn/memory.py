"""The memory of this process."""

import ctypes
from functools import cache


def give_back() -> None:
    """Return free memory from the heap of the GNU C library to the system; with other libraries it does nothing.

    Tensors that are freed between objects that stay leave gaps in the heap. Without this function the memory of a long
    training grows, although it uses no more of it.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> "ctypes._NamedFuncPointer | None":
    try:
        trim: ctypes._NamedFuncPointer = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return trim
