"""What the heap holds without use goes back to the system."""

import platform
from pathlib import Path

import numpy as np
import pytest

from molgfn.memory import give_back


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heap of another C library")
def test_holes_between_objects_that_stay_are_given_back():
    # Smaller than what malloc maps on its own, so that all of them are on the heap.
    made = [np.ones(8_000) for _ in range(1_500)]
    kept = made[::50]
    del made
    before = resident()
    give_back()
    assert before - resident() > 0.8 * 1_400 * 64_000
    assert all(one.sum() == 8_000 for one in kept)
