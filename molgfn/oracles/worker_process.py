"""One worker process: a fresh interpreter that talks JSON lines over pipes and does not outlive its parent.

Unlike a process of `multiprocessing` it never runs the user's script again, and nothing is pickled.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO, Any

from molgfn.oracles.executor import Job, Task

_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass
class Worker:
    """A worker process, as its parent sees it; `task` is the key of what it works on."""

    process: subprocess.Popen[bytes]
    input: IO[bytes]
    output: int
    errors: IO[bytes]  # what it writes to standard error
    lifeline: int
    ready: bool = False
    task: str | None = None
    since: float = field(default_factory=time.monotonic)
    unread: bytes = b""

    def begin(self, key: str, task: Task) -> None:
        """Give it a task."""
        self.task = key
        self.since = time.monotonic()
        self.send(json.dumps(task))

    def send(self, line: str) -> None:
        """Write one line to its standard input."""
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
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        os.close(self.lifeline)
        os.close(self.output)
        self.errors.close()
        with contextlib.suppress(BrokenPipeError):
            self.input.close()
        return lines[-1] if lines else ""


def kill_all(workers: list[Worker]) -> None:
    """Kill workers, and empty the list."""
    while workers:
        workers.pop().kill()


def ending(code: int) -> str:
    """Say how a process ended, from its return code."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def start_worker(call: str) -> Worker:
    """Start a process that makes the job named in `call` (JSON: factory, argument) and does its tasks."""
    lifeline_end, lifeline = os.pipe()
    output, output_end = os.pipe()
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker is killed
    try:
        # -u: what a job printed is written before the error it dies of, not after.
        process = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-P",
                "-c",
                "from molgfn.oracles.worker_process import serve; serve()",
                str(lifeline_end),
            ],
            stdin=subprocess.PIPE,
            stdout=output_end,
            stderr=errors,
            env=os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            pass_fds=(lifeline_end,),
            # Ctrl-C in the terminal is the parent's to handle.
            start_new_session=True,
        )
    finally:
        os.close(lifeline_end)
        os.close(output_end)
    assert process.stdin is not None
    worker = Worker(process, process.stdin, output, errors, lifeline)
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
