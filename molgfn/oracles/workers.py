"""Worker processes of this machine that may hang or die: each is watched, killed and replaced."""

import json
import os
import selectors
import time
import weakref
from collections import deque
from collections.abc import Mapping

from molgfn.errors import OracleError
from molgfn.oracles.executor import Done, Lost, StartExecutor, Task
from molgfn.oracles.worker_process import Worker, ending, kill_all, start_worker

_START_LIMIT_S = 300.0


def local_processes(workers: int) -> StartExecutor:
    """Return what makes executors of so many processes on this machine."""

    def start(factory: str, argument: Task, *, time_limit_s: float) -> WorkerPool:
        return WorkerPool(factory, argument, workers, time_limit_s)

    return start


class WorkerPool:
    """An `Executor` whose worker processes start with the first task and stay until it is closed.

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
        self._workers: list[Worker] = []
        self._tasks: dict[str, Task] = {}  # those without an outcome
        self._queue: deque[str] = deque()
        self._retried: set[str] = set()
        self._outcomes: list[Done | Lost] = []
        self._closed = False
        weakref.finalize(self, kill_all, self._workers)

    def close(self) -> None:
        """Kill every worker."""
        self._closed = True
        kill_all(self._workers)

    def submit(self, tasks: Mapping[str, Task]) -> None:
        """Take tasks by key; a task that is lost is tried once more before that is its outcome.

        Raises
        ------
        ValueError
            If a key is that of a task under way.
        RuntimeError
            If the pool is closed.
        """
        self._refuse_if_closed()
        twice = sorted(set(tasks) & set(self._tasks))
        if twice:
            raise ValueError(f"task {twice[0]} is under way already")
        self._tasks.update(tasks)
        self._queue.extend(tasks)
        self._feed()

    def wait(self, seconds: float) -> None:
        """Return when a worker has news or is overdue, or after `seconds`; nothing is read here."""
        busy = self._busy()
        if self._outcomes or not busy:
            return
        overdue_in = min(self._deadline(worker) for worker in busy) - time.monotonic()
        with selectors.DefaultSelector() as selector:
            for worker in busy:
                selector.register(worker.output, selectors.EVENT_READ)
            selector.select(max(0.0, min(seconds, overdue_in)))

    def poll(self) -> list[Done | Lost]:
        """Return what came out of the tasks since the last call.

        Raises
        ------
        OracleError
            If a worker cannot start.
        RuntimeError
            If the pool is closed.
        """
        self._refuse_if_closed()
        with selectors.DefaultSelector() as selector:
            for worker in self._busy():
                selector.register(worker.output, selectors.EVENT_READ, worker)
            news = [key.data for key, _ in selector.select(0)]
        for worker in news:
            self._read(worker)
        for worker in self._busy():
            if time.monotonic() >= self._deadline(worker) and worker not in news:
                limit = self._deadline(worker) - worker.since
                self._lose(worker, "timeout", f"no answer within {limit:g} s")
        self._feed()
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RuntimeError("the pool is closed")

    def _busy(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.task is not None or not worker.ready]

    def _deadline(self, worker: Worker) -> float:
        return worker.since + (self._time_limit_s if worker.ready else _START_LIMIT_S)

    def _feed(self) -> None:
        while len(self._workers) < min(self._size, len(self._tasks)):
            self._workers.append(start_worker(self._call))
        for worker in self._workers:
            if self._queue and worker.ready and worker.task is None:
                key = self._queue.popleft()
                worker.begin(key, self._tasks[key])

    def _end(self, outcome: Done | Lost) -> None:
        del self._tasks[outcome.key]
        self._retried.discard(outcome.key)
        self._outcomes.append(outcome)

    def _read(self, worker: Worker) -> None:
        chunk = os.read(worker.output, 1 << 20)
        if not chunk:
            self._lose(worker, "crashed", "its worker died")
            return
        worker.unread += chunk
        if not worker.unread.endswith(b"\n"):
            return
        message, worker.unread = json.loads(worker.unread), b""
        if "error" in message:
            self._drop(worker)
            raise OracleError(f"a worker process cannot start: {message['error']}")
        key, worker.task, worker.ready = worker.task, None, True
        if key is not None:
            self._end(Done(key, message["result"], message["wall_s"]))

    def _lose(self, worker: Worker, code: str, message: str) -> None:
        """Kill a worker, and have its task tried again, or end it where it was tried before."""
        wall_s = time.monotonic() - worker.since
        last_line = self._drop(worker)
        if code == "crashed":
            message += f" ({ending(worker.process.returncode)})"
            message += f": {last_line}" if last_line else ""
        if not worker.ready:
            raise OracleError(f"a worker process cannot start: {message}")
        key = worker.task
        if key is None:
            return
        if key in self._retried:
            self._end(Lost(key, code, message, wall_s))
        else:
            self._retried.add(key)
            self._queue.append(key)

    def _drop(self, worker: Worker) -> str:
        self._workers.remove(worker)
        return worker.kill()
