"""The folder of one run: its paths, its lock, and how it is created."""

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from molgfn.campaign.record.schema import DATABASE, RESOLVED
from molgfn.errors import ConfigError

LOCK = ".lock"


class RunDirectory:
    """Paths inside a run directory; files in it hold relative paths only, so that the folder can be moved."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def database(self) -> Path:
        return self.path / DATABASE

    @property
    def resolved(self) -> Path:
        return self.path / RESOLVED

    @property
    def inputs(self) -> Path:
        return self.path / "inputs"

    @property
    def input_proxy(self) -> Path:
        """Folder of the proxy that the campaign starts from."""
        return self.inputs / "proxy"

    @property
    def proxy_card(self) -> Path:
        return self.path / "proxy_card.json"

    def round(self, number: int) -> Path:
        """Folder of a round's tables."""
        return self.path / "rounds" / f"{number:03d}"

    def checkpoints(self, number: int) -> Path:
        """Folder of a round's models."""
        return self.path / "checkpoints" / f"round_{number:03d}"

    def flow(self, number: int) -> Path:
        """Folder of the flow network of a round."""
        return self.checkpoints(number) / "flow"

    @property
    def prior_training(self) -> Path:
        """Folder of the training of a flow network on the prior."""
        return self.path / "checkpoints" / "prior"

    @property
    def prior_network(self) -> Path:
        """Weights of the flow network that was trained on the prior in this run."""
        return self.path / "checkpoints" / "prior.safetensors"

    def proxy(self, number: int) -> Path:
        """Folder of the proxy at the end of a round."""
        return self.checkpoints(number) / "proxy"

    def retrained(self, version: int) -> Path:
        """Folder of a proxy that was retrained on a lab's table."""
        return self.path / "proxies" / f"{version:03d}"

    @property
    def retrained_index(self) -> Path:
        return self.path / "proxies" / "index.json"

    def pose(self, compound_id: str) -> Path:
        return self.path / "poses" / f"{compound_id}.sdf"

    def relative(self, path: Path) -> str:
        """Return a path inside the run directory as it is written in files: relative to the run."""
        return path.relative_to(self.path).as_posix()

    def log(self, event: str, **fields: Any) -> None:
        """Append one line to `log.jsonl`."""
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields})
        with (self.path / "log.jsonl").open("ab+") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(end - 1, 0))
            # A killed process may have left half a line; the new line must not be appended to it.
            torn = log.read(1) not in (b"", b"\n")
            log.write(("\n" * torn + line + "\n").encode())

    def was_completed(self) -> bool:
        """Return whether the run came to its end after its last phase; also if there is no log."""
        path = self.path / "log.jsonl"
        if not path.is_file():
            return True
        events = re.findall(r'"event": "(started|resumed|phase|finished)"', path.read_text(encoding="utf-8"))
        return events[-1:] in ([], ["finished"])

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the run directory, so that no other process can run it at the same time.

        Raises
        ------
        ConfigError
            If another process has the lock.
        """
        with (self.path / LOCK).open("a+", encoding="utf-8") as file:
            if not _locked(file, tries=10):
                file.seek(0)
                raise ConfigError(
                    f"{self.path}: this run is already running, in process {file.read().strip() or 'unknown'}",
                    "Wait until it ends, or stop it (Ctrl-C, or `kill` with its process number) and then resume it.\n"
                    "`molgfn status` works at any time.",
                )
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def is_locked(self) -> bool:
        """Return whether a process is running this directory."""
        if not (self.path / LOCK).exists():
            return False
        with (self.path / LOCK).open("r", encoding="utf-8") as file:
            return not _locked(file, shared=True)


def _locked(file: IO[str], *, shared: bool = False, tries: int = 1) -> bool:
    """Lock a file until it is closed; several tries, because `is_locked` of another process holds the lock briefly."""
    for attempt in range(tries):
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt < tries - 1:
                time.sleep(0.02)
        else:
            return True
    return False


def open_run(path: Path) -> RunDirectory:
    """Return the run directory at `path`.

    Raises
    ------
    ConfigError
        If `path` is not one.
    """
    run = RunDirectory(path)
    for file in (run.database, run.resolved):
        if not file.is_file():
            fault = "no such folder" if not path.is_dir() else f"no run directory: there is no {file.name} in it"
            raise ConfigError(
                f"{path}: {fault}", "Name a folder that `molgfn run` made, such as runs/2026-11-22_parp1."
            )
    return run


def create_run(runs: Path, name: str, fill: Callable[[RunDirectory], None]) -> RunDirectory:
    """Create `runs/DATE_name`, or `DATE_name-2`, `-3`, ... if that exists.

    Parameters
    ----------
    runs : Path
        Created if missing.
    name : str
    fill : callable
        Writes the first files of a run directory into the folder given. The folder gets its name only afterwards, so
        that there is never a run directory with only a part of them.

    Raises
    ------
    ConfigError
        If the folder cannot be created.
    """
    stem = f"{date.today().isoformat()}_{name}"
    draft = runs / f".{stem}.{os.getpid()}"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
    except OSError as error:
        raise ConfigError(f"{runs}: no run directory can be made there: {error.strerror}") from None
    try:
        fill(RunDirectory(draft))
        return RunDirectory(_claim(draft, runs, stem))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _claim(draft: Path, runs: Path, stem: str) -> Path:
    number = 1
    while True:
        path = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            # Creating the folder fails if it exists: two runs started at once get different names.
            path.mkdir()
        except FileExistsError:
            number += 1
            continue
        draft.rename(path)
        return path
