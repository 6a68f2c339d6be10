"""All proxies of a campaign, and which one it uses; no proxy is ever deleted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.files import write_json
from molgfn.proxy.plain_description import plain_description


def proxy_after(run: RunDirectory, store: Store, round_number: int) -> Path:
    """Return the folder of the proxy that is used to propose the round after this one.

    It is the last proxy that was retrained after this round; if there is none, the proxy at the end of this round.
    After round 0 that is the proxy that the campaign starts from, if there is one.
    """
    retrained = [row.folder for row in store.retrainings() if row.used and row.round == round_number]
    if retrained:
        return run.path / retrained[-1]
    if round_number == 0 and run.input_proxy.is_dir():
        return run.input_proxy
    return run.proxy(round_number)


def last_learnt(run: RunDirectory, store: Store) -> int | None:
    """Return the last round that ended with a proxy; None if there is no proxy yet."""
    learnt = [row.round for row in store.phases() if row.phase == "learn"]
    return max(learnt, default=0 if run.input_proxy.is_dir() else None)


def write_index(run: RunDirectory, store: Store) -> None:
    """Write `proxies/index.json`, the proxies of the run in order, if one was retrained."""
    learnt = last_learnt(run, store)
    if learnt is None or not store.retrainings():
        return
    in_use = run.relative(proxy_after(run, store, learnt))
    write_json(run.retrained_index, {"in_use": in_use, "proxies": list(_entries(run, store, learnt))})


def _entries(run: RunDirectory, store: Store, learnt: int) -> Iterator[dict[str, Any]]:
    retrainings = store.retrainings()
    finished = {row.round for row in store.phases() if row.phase == "learn"}
    for number in range(learnt + 1):
        if number in finished:
            yield _described(run, run.proxy(number), f"round {number}")
        elif number == 0:
            yield _described(run, run.input_proxy, "given at the start")
        for row in retrainings:
            if row.round == number:
                more = {"version": row.version, "after_round": row.round, "went_on_from": row.base}
                table = {"table": row.file, "sha256": row.sha256, "recorded_at": row.recorded_at}
                origin = "retrained on a table" if row.used else "retrained on a table; not used by the rounds"
                yield _described(run, run.path / row.folder, origin) | more | table


def _described(run: RunDirectory, folder: Path, made: str) -> dict[str, Any]:
    info = plain_description(folder)
    facts = {key: info.get(key) for key in ("unit", "direction", "n_train", "data_sha256")}
    return {"folder": run.relative(folder), "made": made, **facts}
