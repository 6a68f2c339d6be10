import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from molgfn.errors import OracleError, Stopped
from molgfn.oracles.executor import Done, Lost
from molgfn.oracles.workers import WorkerPool

# Backtracking holds the interpreter inside C code for good, as a search of Vina does: no Python thread or handler runs.
JOBS = """
import os, pathlib, re, subprocess, sys, time

def make(argument):
    def job(task):
        for name, value in task.items():
            if name == "marks":
                pathlib.Path(value, f"{os.getpid()}").touch()
            elif name == "hang":
                re.match(r"(a+)+$", "a" * 60 + "b")
            elif name == "program":
                program = subprocess.Popen(["sleep", "1000"])
                pathlib.Path(value, f"{program.pid}").touch()
                program.wait()
            elif name == "exit":
                os._exit(value)
            elif name == "abort":
                os.abort()
            elif name == "raise":
                raise ValueError("no such bond")
            elif name == "exit_once" and not os.path.exists(value):
                pathlib.Path(value).touch()
                os._exit(1)
        print("words on standard output")
        return {"double": 2 * task.get("number", 0), "pid": os.getpid(), "argument": argument["name"]}
    return job

def broken(argument):
    raise FileNotFoundError("grid maps")

def absent(argument):
    os._exit(7)
"""


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., WorkerPool]]:
    (tmp_path / "stand_ins_for_docking.py").write_text(JOBS)
    monkeypatch.syspath_prepend(tmp_path)
    pools = []

    def make(factory: str = "make", workers: int = 2, time_limit_s: float = 60.0) -> WorkerPool:
        pools.append(WorkerPool(f"stand_ins_for_docking:{factory}", {"name": "A"}, workers, time_limit_s))
        return pools[-1]

    yield make
    for made in pools:
        made.close()


def run(pool: WorkerPool, tasks: list[dict]) -> Iterator[Done | Lost]:
    """Give the pool tasks by their number, and yield the outcomes until each has one."""
    left = len(tasks)
    pool.submit({str(number): task for number, task in enumerate(tasks)})
    while left:
        pool.wait(1.0)
        for outcome in pool.poll():
            left -= 1
            yield outcome


def answered(workers: WorkerPool, key: str) -> bool:
    return [outcome.key for outcome in workers.poll()] == [key]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], object], seconds: float = 600.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def test_every_task_is_answered_once_with_its_own_answer(pool):
    outcomes = list(run(pool(), [{"number": number} for number in range(20)]))
    assert sorted(int(outcome.key) for outcome in outcomes) == list(range(20))
    assert all(outcome.result["double"] == 2 * int(outcome.key) for outcome in outcomes)
    assert {outcome.result["argument"] for outcome in outcomes} == {"A"}
    assert all(0 <= outcome.wall_s < 60 for outcome in outcomes)


def test_workers_stay_for_the_next_run(pool):
    workers = pool(workers=1)
    (first,), (second,) = list(run(workers, [{}])), list(run(workers, [{}]))
    assert first.result["pid"] == second.result["pid"] != os.getpid()


def test_no_task_starts_no_worker(pool):
    assert list(run(pool("broken"), [])) == []


def test_a_hanging_task_is_tried_twice_and_stalls_nothing(pool, tmp_path):
    tasks = [{"marks": str(tmp_path), "hang": True}, *({"number": number} for number in range(1, 6))]
    outcomes = {outcome.key: outcome for outcome in run(pool(time_limit_s=1.0), tasks)}
    assert len(outcomes) == 6
    lost = outcomes.pop("0")
    assert isinstance(lost, Lost)
    assert (lost.code, lost.message) == ("timeout", "no answer within 1 s")
    assert 1.0 <= lost.wall_s < 60.0  # left alone it would hang for good
    assert all(isinstance(outcome, Done) for outcome in outcomes.values())
    tried = [int(mark.name) for mark in tmp_path.iterdir() if mark.name.isdigit()]
    assert len(tried) == 2
    assert not any(alive(pid) for pid in tried)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"exit": 3}, "its worker died (exit code 3)"),
        ({"abort": True}, "its worker died (SIGABRT)"),
        ({"raise": True}, "its worker died (exit code 1): ValueError: no such bond"),
    ],
)
def test_a_worker_that_dies_is_replaced(pool, task, message):
    outcomes = {outcome.key: outcome for outcome in run(pool(workers=1), [task, {"number": 1}])}
    assert isinstance(outcomes["0"], Lost)
    assert outcomes["0"].code == "crashed"
    assert outcomes["0"].message.startswith(message)
    assert outcomes["1"].result["double"] == 2


def test_a_second_attempt_may_succeed(pool, tmp_path):
    (outcome,) = run(pool(), [{"exit_once": str(tmp_path / "tried"), "number": 4}])
    assert outcome.result["double"] == 8


def test_a_worker_that_died_between_runs_is_replaced(pool):
    workers = pool(workers=1)
    (first,) = run(workers, [{}])
    os.kill(first.result["pid"], signal.SIGKILL)
    (second,) = run(workers, [{"number": 3}])
    assert second.result["double"] == 6
    assert second.result["pid"] != first.result["pid"]


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("broken", "a worker process cannot start: FileNotFoundError: grid maps"),
        ("no_such_function", "a worker process cannot start: AttributeError: module"),
        ("absent", "a worker process cannot start: its worker died (exit code 7)"),
    ],
)
def test_a_worker_that_cannot_start_stops_everything(pool, factory, message):
    with pytest.raises(OracleError) as caught:
        list(run(pool(factory), [{}, {}]))
    assert str(caught.value).startswith(message)


def test_a_wait_that_is_interrupted_loses_nothing(pool):
    workers = pool(workers=2)
    workers.submit({"slow": {"hang": True}, "a": {"number": 1}})
    wait_until(lambda: not workers.wait(1.0) and answered(workers, "a"))

    def interrupt(*_):
        raise Stopped("now")

    def wait_for_ever():
        while True:
            workers.wait(60.0)

    former = signal.signal(signal.SIGALRM, interrupt)
    workers.submit({"b": {"number": 2}})
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(Stopped):
            wait_for_ever()
    finally:
        signal.signal(signal.SIGALRM, former)
    wait_until(lambda: answered(workers, "b"))


def test_closing_the_pool_kills_every_worker(pool, tmp_path):
    workers = pool()
    marks = tmp_path / "marks"
    marks.mkdir()
    workers.submit({"a": {"marks": str(marks), "hang": True}, "b": {"number": 1}})
    wait_until(lambda: answered(workers, "b"))
    wait_until(lambda: workers.poll() == [] and list(marks.iterdir()))
    workers.close()
    (mark,) = marks.iterdir()
    assert not alive(int(mark.name))
    with pytest.raises(RuntimeError, match="the pool is closed"):
        workers.poll()
    with pytest.raises(RuntimeError, match="the pool is closed"):
        workers.submit({"c": {}})


def test_a_key_under_way_cannot_be_used_again(pool):
    workers = pool(workers=1)
    workers.submit({"a": {}})
    with pytest.raises(ValueError, match="task a is under way already"):
        workers.submit({"a": {}})


# No `if __name__ == "__main__"`: a worker does not run its parent's script.
PARENT = """
import signal, sys
from molgfn.oracles.workers import WorkerPool
# A shell starts what it runs in the background with SIGINT ignored, and Python leaves it so.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("started", flush=True)
tasks = {"a": {"marks": sys.argv[1], "hang": True}, "b": {"marks": sys.argv[1], "program": sys.argv[1]}}
try:
    pool = WorkerPool("stand_ins_for_docking:make", {"name": "B"}, 2, 100.0)
    pool.submit(tasks)
    while True:
        pool.wait(1.0)
        pool.poll()
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_parent(tmp_path, ending):
    (tmp_path / "stand_ins_for_docking.py").write_text(JOBS)
    (tmp_path / "parent.py").write_text(PARENT)
    marks = tmp_path / "marks"
    marks.mkdir()
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py"), str(marks)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(list(marks.iterdir())) == 3)
    pids = [int(mark.name) for mark in marks.iterdir()]
    assert all(alive(pid) for pid in pids)
    # As a terminal does it: to the parent's whole group.
    os.killpg(parent.pid, ending)
    out, err = parent.communicate(timeout=600)
    wait_until(lambda: not any(alive(pid) for pid in pids))
    assert not re.search("Traceback", err)
    assert out.split() == (["started"] if ending == signal.SIGKILL else ["started", "interrupted"])
