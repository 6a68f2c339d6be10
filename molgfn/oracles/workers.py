"""Worker processes that may hang or die: each is watched, killed and replaced, and none outlives its parent.

A worker is a fresh interpreter that talks JSON lines over pipes: it never re-runs the user's script, as
`multiprocessing` would, and nothing is pickled.
"""

import contextlib
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO, Any

from molgfn.errors import OracleError

Task = Mapping[str, Any]
Job = Callable[[Task], dict[str, Any]]
_ATTEMPTS = 2


@dataclass(frozen=True)
class Done:
    """A job's answer to task number `index`."""

    index: int
    result: dict[str, Any]
    wall_s: float


@dataclass(frozen=True)
class Lost:
    """Task number `index` hung (code timeout) or killed its worker (code crashed), twice."""

    index: int
    code: str
    message: str
    wall_s: float


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    words: IO[bytes]  # its standard error
    lifeline: int
    task: int | None = None
    ready: bool = False
    since: float = field(default_factory=time.monotonic)
    unread: bytes = b""

    def kill(self) -> None:
        # Its group: a program that the worker started dies with it. SIGKILL: Vina heeds nothing else inside its search.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.lifeline)
        for stream in (self.process.stdin, self.process.stdout, self.words):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def last_words(self) -> str:
        self.words.seek(0)
        lines = self.words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def _kill_all(workers: list[_Worker]) -> None:
    while workers:
        workers.pop().kill()


class WorkerPool:
    """Runs tasks in worker processes that stay alive between calls.

    Parameters
    ----------
    factory : str
        `module:function`; called with `argument` once in each worker, it returns the function that does a task.
    argument : mapping
        What JSON can carry.
    workers : int
    time_limit_s : float
        Wall seconds for one task, and for the factory.
    """

    def __init__(self, factory: str, argument: Task, workers: int, time_limit_s: float) -> None:
        self._call = json.dumps([factory, dict(argument)])
        self._size = workers
        self._time_limit_s = time_limit_s
        self._workers: list[_Worker] = []
        self._closed = False
        self._finalizer = weakref.finalize(self, _kill_all, self._workers)

    def close(self) -> None:
        """Kill every worker."""
        self._closed = True
        _kill_all(self._workers)

    def run(self, tasks: Sequence[Task]) -> Iterator[Done | Lost]:
        """Yield one outcome a task, as they finish; a task whose worker hangs or dies is tried once more.

        Closing the iterator early kills the workers that are busy.

        Raises
        ------
        OracleError
            If a worker cannot start.
        """
        waiting = deque(enumerate(tasks))
        attempts = [0] * len(tasks)
        open_tasks = len(tasks)
        try:
            while open_tasks and not self._closed:
                self._feed(waiting, min(self._size, open_tasks))
                for outcome in self._wait():
                    if isinstance(outcome, Lost):
                        attempts[outcome.index] += 1
                        if attempts[outcome.index] < _ATTEMPTS:
                            waiting.append((outcome.index, tasks[outcome.index]))
                            continue
                    open_tasks -= 1
                    yield outcome
        finally:
            self._drop([worker for worker in self._workers if worker.task is not None])

    def _feed(self, waiting: deque[tuple[int, Task]], size: int) -> None:
        while len(self._workers) < size:
            self._workers.append(_start(self._call))
        for worker in self._workers:
            if waiting and worker.ready and worker.task is None:
                worker.task, task = waiting.popleft()
                worker.since = time.monotonic()
                _send(worker, json.dumps(task))

    def _wait(self) -> list[Done | Lost]:
        """Wait for the next news of any worker that is busy or starting."""
        busy = [worker for worker in self._workers if worker.task is not None or not worker.ready]
        deadline = min(worker.since for worker in busy) + self._time_limit_s
        with selectors.DefaultSelector() as selector:
            for worker in busy:
                assert worker.process.stdout is not None
                selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
            events = selector.select(max(0.0, deadline - time.monotonic()))
        outcomes = [outcome for key, _ in events for outcome in self._read(key.data)]
        now = time.monotonic()
        for worker in [worker for worker in busy if worker in self._workers and worker not in _data(events)]:
            if (worker.task is not None or not worker.ready) and now - worker.since >= self._time_limit_s:
                outcomes += self._lose(worker, "timeout", f"no answer within {self._time_limit_s:g} s")
        return outcomes

    def _read(self, worker: _Worker) -> list[Done | Lost]:
        assert worker.process.stdout is not None
        chunk = os.read(worker.process.stdout.fileno(), 1 << 20)
        if not chunk:
            return self._lose(worker, "crashed", "")
        worker.unread += chunk
        if not worker.unread.endswith(b"\n"):
            return []
        message, worker.unread = json.loads(worker.unread), b""
        if not worker.ready:
            if "error" in message:
                self._drop([worker])
                raise OracleError(f"a docking worker could not start: {message['error']}")
            worker.ready = True
            return []
        assert worker.task is not None
        done = Done(worker.task, message, time.monotonic() - worker.since)
        worker.task = None
        return [done]

    def _lose(self, worker: _Worker, code: str, message: str) -> list[Done | Lost]:
        task, wall_s = worker.task, time.monotonic() - worker.since
        self._drop([worker])
        if code == "crashed":
            message = f"its worker died ({_ending(worker.process.returncode)}) {self._words}".rstrip()
        if not worker.ready:
            raise OracleError(f"a docking worker could not start: {message}")
        return [] if task is None else [Lost(task, code, message, wall_s)]

    def _drop(self, workers: list[_Worker]) -> None:
        for worker in workers:
            self._workers.remove(worker)
            self._words = worker.last_words()
            worker.kill()


def _data(events: list[tuple[selectors.SelectorKey, int]]) -> list[_Worker]:
    return [key.data for key, _ in events]


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _send(worker: _Worker, line: str) -> None:
    assert worker.process.stdin is not None
    # A worker that died meanwhile is noticed at its output.
    with contextlib.suppress(BrokenPipeError):
        worker.process.stdin.write(line.encode() + b"\n")
        worker.process.stdin.flush()


def _start(call: str) -> _Worker:
    reading, lifeline = os.pipe()
    words = tempfile.TemporaryFile()
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", "from molgfn.oracles.workers import serve; serve()", str(reading)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=words,
        env=environment | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        pass_fds=(reading,),
        # Ctrl-C in the terminal is the parent's to handle.
        start_new_session=True,
    )
    os.close(reading)
    worker = _Worker(process, words, lifeline)
    _send(worker, call)
    return worker


def serve() -> None:
    """Answer tasks until the parent closes the pipe or dies: what a worker process runs."""
    _die_with_parent(int(sys.argv[1]))
    # C++ code prints to descriptor 1; the answers must stay alone in theirs.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    factory, argument = json.loads(sys.stdin.readline())
    try:
        job = _load(factory)(argument)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers)
        return
    print("{}", file=answers)
    for line in sys.stdin:
        print(json.dumps(job(json.loads(line))), file=answers)


def _load(factory: str) -> Callable[[Task], Job]:
    module, _, name = factory.partition(":")
    function: Callable[[Task], Job] = getattr(import_module(module), name)
    return function


def _die_with_parent(lifeline: int) -> None:
    """Let the kernel end this process group when the other end of the pipe closes, even inside C++ code."""
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
