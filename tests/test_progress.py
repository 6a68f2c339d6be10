"""Progress is told on stderr, in lines where there is no terminal."""

import io
import re

import pytest
from rich.console import Console

from molgfn.progress import LogProgress, RichProgress, SilentProgress, progress_for


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def lines(stream):
    return [line.split(" ", 1)[1] for line in stream.getvalue().splitlines()]


def test_lines_say_how_far_it_is_and_how_long_is_left():
    stream, clock = io.StringIO(), Clock()
    progress = LogProgress(stream, clock)
    with progress.step("docking", total=10) as step:
        for _ in range(10):
            clock.now += 8
            step.advance(1, "best -9.8")
    assert lines(stream) == [
        "docking: 10 to do",
        "docking: 2/10, 1 min 4 s left, best -9.8",
        "docking: 4/10, 48 s left, best -9.8",
        "docking: 6/10, 32 s left, best -9.8",
        "docking: 8/10, 16 s left, best -9.8",
        "docking: 10/10, 0 s left, best -9.8",
        "docking: 10/10 done in 1 min 20 s",
    ]


def test_a_step_of_unknown_length_promises_no_time():
    stream, clock = io.StringIO(), Clock()
    with LogProgress(stream, clock).step("reading") as step:
        clock.now = 7200
        step.advance(5)
    assert lines(stream) == ["reading", "reading: 5", "reading: 5 done in 2 h 0 min"]


def test_a_step_that_fails_is_not_called_done():
    stream = io.StringIO()
    with pytest.raises(RuntimeError), LogProgress(stream, Clock()).step("docking", total=2):
        raise RuntimeError
    assert lines(stream) == ["docking: 2 to do"]


def test_bars_may_be_nested_and_leave_a_line_each():
    stream = io.StringIO()
    progress = RichProgress(Console(file=stream, force_terminal=True, width=100))
    with progress.step("rounds", total=2) as rounds:
        with progress.step("docking [fast]", total=3) as docking:
            docking.advance(3, "best [-9.8]")
        rounds.advance()
        progress.log("a [word] in brackets")
    with progress.step("again") as again:
        again.advance(0)
    shown = stream.getvalue()
    # The bars read the real clock: a busy machine may need a second or more.
    assert re.search(r"docking \[fast\]: 3 done in \d+ s", shown)
    assert re.search(r"rounds: 1 done in \d+ s", shown)
    assert "a [word] in brackets" in shown
    assert re.search(r"again done in \d+ s", shown)


def test_silence_is_silent(capsys):
    with SilentProgress().step("docking", total=1) as step:
        step.advance()
    SilentProgress().log("nothing")
    assert capsys.readouterr() == ("", "")


def test_lines_go_to_a_stream_that_is_no_terminal(capsys):
    import sys

    progress = progress_for(sys.stderr)
    assert isinstance(progress, LogProgress)
    progress.log("hello")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith(" hello\n")
