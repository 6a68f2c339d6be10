"""Worker processes that may hang or die: each is watched, killed and replaced, and none outlives its parent.

A worker is a fresh interpreter that talks JSON lines over pipes: unlike one of `multiprocessing` it never runs the
user's script again, and nothing is pickled.
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
_START_LIMIT_S = 300.0
_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True)
class Done:
    """The job's answer to task number `index`."""

    index: int
    result: dict[str, Any]
    wall_s: float


@dataclass(frozen=True)
class Lost:
    """Task number `index` outlasted its limit (code timeout) or took its worker down (code crashed), twice."""

    index: int
    code: str
    message: str
    wall_s: float


class WorkerPool:
    """Runs tasks in worker processes that stay alive between calls.

    Parameters
    ----------
    factory : str
        `module:function`; called with `argument` once in each worker, it returns the function that does one task.
    argument : mapping
        Of what JSON can carry, as are tasks and results.
    workers : int
    time_limit_s : float
        Wall seconds for one task.
    """

    def __init__(self, factory: str, argument: Task, workers: int, time_limit_s: float) -> None:
        self._call = json.dumps([factory, dict(argument)])
        self._size = workers
        self._time_limit_s = time_limit_s
        self._workers: list[_Worker] = []
        self._running = False
        self._closed = False
        weakref.finalize(self, _kill_all, self._workers)

    def close(self) -> None:
        """Kill every worker."""
        self._closed = True
        _kill_all(self._workers)

    def run(self, tasks: Sequence[Task]) -> Iterator[Done | Lost]:
        """Yield one outcome a task, as they finish; a task that is lost is tried once more.

        Closing the iterator early kills the workers that are busy.

        Raises
        ------
        OracleError
            If a worker cannot start.
        RuntimeError
            If the pool is closed or another run is under way.
        """
        if self._closed or self._running:
            raise RuntimeError("the pool is closed" if self._closed else "the pool runs other tasks")
        waiting = deque(enumerate(tasks))
        retried: set[int] = set()
        unanswered = len(tasks)
        self._running = True
        try:
            while unanswered and not self._closed:
                self._feed(waiting, min(self._size, unanswered))
                for outcome in self._next_outcomes():
                    if isinstance(outcome, Lost) and outcome.index not in retried:
                        retried.add(outcome.index)
                        waiting.append((outcome.index, tasks[outcome.index]))
                    else:
                        unanswered -= 1
                        yield outcome
        finally:
            self._running = False
            for worker in [worker for worker in self._workers if worker.task is not None]:
                self._drop(worker)

    def _feed(self, waiting: deque[tuple[int, Task]], size: int) -> None:
        while len(self._workers) < size:
            self._workers.append(_start_worker(self._call))
        for worker in self._workers:
            if waiting and worker.ready and worker.task is None:
                index, task = waiting.popleft()
                worker.begin(index, task)

    def _next_outcomes(self) -> list[Done | Lost]:
        """Wait until a worker has news or is overdue."""
        busy = [worker for worker in self._workers if worker.task is not None or not worker.ready]
        deadlines = [worker.since + (self._time_limit_s if worker.ready else _START_LIMIT_S) for worker in busy]
        with selectors.DefaultSelector() as selector:
            for worker in busy:
                selector.register(worker.output, selectors.EVENT_READ, worker)
            news = {id(key.data) for key, _ in selector.select(max(0.0, min(deadlines) - time.monotonic()))}
        outcomes: list[Done | Lost] = []
        for worker, deadline in zip(busy, deadlines, strict=True):
            if id(worker) in news:
                outcomes += self._read(worker)
            elif time.monotonic() >= deadline:
                outcomes += self._lose(worker, "timeout", f"no answer within {deadline - worker.since:g} s")
        return outcomes

    def _read(self, worker: "_Worker") -> list[Done | Lost]:
        chunk = os.read(worker.output, 1 << 20)
        if not chunk:
            return self._lose(worker, "crashed", "its worker died")
        worker.unread += chunk
        if not worker.unread.endswith(b"\n"):
            return []
        message, worker.unread = json.loads(worker.unread), b""
        if "error" in message:
            self._drop(worker)
            raise OracleError(f"a worker process cannot start: {message['error']}")
        index, worker.task, worker.ready = worker.task, None, True
        return [] if index is None else [Done(index, message["result"], message["wall_s"])]

    def _lose(self, worker: "_Worker", code: str, message: str) -> list[Done | Lost]:
        wall_s = time.monotonic() - worker.since
        last_words = self._drop(worker)
        if code == "crashed":
            message += f" ({_ending(worker.process.returncode)})"
            message += f": {last_words}" if last_words else ""
        if not worker.ready:
            raise OracleError(f"a worker process cannot start: {message}")
        return [] if worker.task is None else [Lost(worker.task, code, message, wall_s)]

    def _drop(self, worker: "_Worker") -> str:
        self._workers.remove(worker)
        return worker.kill()


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    input: IO[bytes]
    output: int
    words: IO[bytes]  # what it writes to standard error
    lifeline: int
    ready: bool = False
    task: int | None = None
    since: float = field(default_factory=time.monotonic)
    unread: bytes = b""

    def begin(self, index: int, task: Task) -> None:
        self.task = index
        self.since = time.monotonic()
        self.send(json.dumps(task))

    def send(self, line: str) -> None:
        # That a worker has died is noticed at its output.
        with contextlib.suppress(BrokenPipeError):
            self.input.write(line.encode() + b"\n")
            self.input.flush()

    def kill(self) -> str:
        """End the process and what it started; return the last line it wrote to standard error."""
        # Vina heeds no other signal inside its search. The group has a program in it when docking runs one.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.words.seek(0)
        lines = self.words.read().decode(errors="replace").strip().splitlines()
        os.close(self.lifeline)
        os.close(self.output)
        self.words.close()
        with contextlib.suppress(BrokenPipeError):
            self.input.close()
        return lines[-1] if lines else ""


def _kill_all(workers: list[_Worker]) -> None:
    while workers:
        workers.pop().kill()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _start_worker(call: str) -> _Worker:
    lifeline_end, lifeline = os.pipe()
    output, output_end = os.pipe()
    words = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker is killed
    try:
        # -u: what a job printed is written before the error it dies of, not after.
        process = subprocess.Popen(
            [sys.executable, "-u", "-P", "-c", "from molgfn.oracles.workers import serve; serve()", str(lifeline_end)],
            stdin=subprocess.PIPE,
            stdout=output_end,
            stderr=words,
            env=os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            pass_fds=(lifeline_end,),
            # Ctrl-C in the terminal is the parent's to handle.
            start_new_session=True,
        )
    finally:
        os.close(lifeline_end)
        os.close(output_end)
    assert process.stdin is not None
    worker = _Worker(process, process.stdin, output, words, lifeline)
    worker.send(call)
    return worker


def serve() -> None:
    """Answer tasks until the parent closes the pipe or dies: what a worker process runs."""
    _die_with_parent(int(sys.argv[1]))
    # C++ code may print to descriptor 1; answers go through a copy that it does not know. It stays open until the
    # process is gone, so that the parent sees no end of file before there is an exit code.
    answers = os.dup(1)
    os.dup2(2, 1)

    def answer(message: dict[str, Any]) -> None:
        os.write(answers, json.dumps(message).encode() + b"\n")

    call = sys.stdin.readline()
    if not call:
        return
    factory, argument = json.loads(call)
    try:
        job = _load(factory)(argument)
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"})
        return
    answer({"ready": True})
    for line in sys.stdin:
        since = time.monotonic()
        result = job(json.loads(line))
        answer({"result": result, "wall_s": time.monotonic() - since})


def _load(factory: str) -> Callable[[Task], Job]:
    module, _, name = factory.partition(":")
    function: Callable[[Task], Job] = getattr(import_module(module), name)
    return function


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel end this process group when the other end of the pipe closes, be it in the midst of C++ code.

    SIGIO, whose default is to terminate, goes to the whole group, so that a program started by a job dies too.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
