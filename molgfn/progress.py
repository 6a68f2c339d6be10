"""What a long command is doing, how far it is and how long is left: bars on a terminal, log lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

SECONDS_BETWEEN_LINES = 15.0


class Step(Protocol):
    """A piece of work that is under way."""

    def advance(self, amount: int = 1, note: str = "") -> None:
        """Count `amount` more units as done; `note` replaces the words beside the count."""
        ...


class Progress(Protocol):
    """Shows named steps, which may be nested; it never writes to stdout and never raises.

    Use as ``with progress.step("docking batch", total=10) as step: step.advance(1, "best -9.8")``. Without a `total`
    the length of the step is not known and no time left is shown.
    """

    def step(self, name: str, total: int | None = None) -> AbstractContextManager[Step]: ...

    def log(self, message: str) -> None:
        """Show one line that stays."""
        ...


class _SilentStep:
    def advance(self, amount: int = 1, note: str = "") -> None:
        pass


class SilentProgress:
    """Shows nothing: for tests and for use as a library."""

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Iterator[Step]:  # noqa: ARG002
        yield _SilentStep()

    def log(self, message: str) -> None:
        pass


def duration(seconds: float) -> str:
    """Return a length of time as people say it.

    Examples
    --------
    >>> duration(8.2), duration(75), duration(7260)
    ('8 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class _LogStep:
    def __init__(self, name: str, total: int | None, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._name, self._total, self._write, self._clock = name, total, write, clock
        self._started = self._last_line = clock()
        self._done = 0

    def advance(self, amount: int = 1, note: str = "") -> None:
        self._done += amount
        now = self._clock()
        if now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._write(f"{self._name}: {self._count()}{self._left(now)}{f', {note}' if note else ''}")

    def finish(self) -> None:
        took = duration(self._clock() - self._started)
        self._write(f"{self._name}: {self._count()} done in {took}" if self._done else f"{self._name}: done in {took}")

    def _count(self) -> str:
        return f"{self._done}" if self._total is None else f"{self._done}/{self._total}"

    def _left(self, now: float) -> str:
        if self._total is None or self._done == 0:
            return ""
        return f", {duration((now - self._started) / self._done * max(self._total - self._done, 0))} left"


class LogProgress:
    """Writes a dated line when a step starts and ends, and every quarter of a minute between.

    Parameters
    ----------
    stream : TextIO, optional
        Where to write; stderr by default.
    clock : callable, optional
        Seconds that only go forward.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Iterator[Step]:
        self.log(name if total is None else f"{name}: {total} to do")
        step = _LogStep(name, total, self.log, self._clock)
        yield step
        step.finish()

    def log(self, message: str) -> None:
        print(time.strftime("%H:%M:%S"), message, file=self._stream or sys.stderr, flush=True)


class _BarStep:
    def __init__(self, bars: Bars, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, amount: int = 1, note: str = "") -> None:
        self._bars.update(self._task, advance=amount, note=note)


class RichProgress:
    """Bars with the time left, on stderr; a finished step leaves one line."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bars: Bars | None = None

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Iterator[Step]:
        with self._shown() as bars:
            task = bars.add_task(name, total=total, note="")
            started = time.monotonic()
            try:
                yield _BarStep(bars, task)
                done = int(bars.tasks[bars.task_ids.index(task)].completed)
                self.log(f"{name}{f': {done}' if done else ''} done in {duration(time.monotonic() - started)}")
            finally:
                bars.remove_task(task)

    def log(self, message: str) -> None:
        self._console.print(message, markup=False, highlight=False)

    @contextmanager
    def _shown(self) -> Iterator[Bars]:
        """One live display, opened by the outermost step."""
        if self._bars is not None:
            yield self._bars
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        try:
            with Bars(*columns, console=self._console, refresh_per_second=4, redirect_stdout=False) as self._bars:
                yield self._bars
        finally:
            self._bars = None


def progress_for(stream: TextIO) -> Progress:
    """Return bars if `stream` is a terminal, log lines otherwise."""
    return RichProgress(Console(file=stream)) if stream.isatty() else LogProgress(stream)
