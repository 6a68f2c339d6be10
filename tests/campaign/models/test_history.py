import json

import pytest

from molgfn.campaign.models.history import last_learnt, proxy_after, write_index
from molgfn.campaign.record.rows import RetrainingRow
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store


def retraining(version, round_number, used=True):
    folder = f"proxies/{version:03d}"
    return RetrainingRow(version, round_number, folder, "b", "pIC50", "maximise", used, "lab.csv", "ab", "now")


@pytest.fixture
def run(tmp_path):
    return RunDirectory(tmp_path)


@pytest.fixture
def store(run):
    with Store.create(run.database) as store:
        yield store


def finish(store, *rounds):
    with store.transaction():
        for number in rounds:
            store.finish(number, "learn")


def add(store, *rows):
    with store.transaction():
        for row in rows:
            store.add_retraining(row, [])


def test_round_0_ends_with_the_proxy_that_the_campaign_starts_from(run, store):
    assert proxy_after(run, store, 0) == run.path / "checkpoints/round_000/proxy"
    assert last_learnt(run, store) is None
    run.input_proxy.mkdir(parents=True)
    assert proxy_after(run, store, 0) == run.path / "inputs/proxy"
    assert last_learnt(run, store) == 0
    finish(store, 1)
    assert proxy_after(run, store, 1) == run.path / "checkpoints/round_001/proxy"
    assert last_learnt(run, store) == 1


def test_the_last_one_retrained_after_a_round_takes_its_place(run, store):
    finish(store, 0, 1, 2)
    add(store, retraining(1, 1), retraining(2, 1), retraining(3, 1, used=False), retraining(4, 2, used=False))
    found = [run.relative(proxy_after(run, store, number)) for number in range(3)]
    assert found == ["checkpoints/round_000/proxy", "proxies/002", "checkpoints/round_002/proxy"]


def test_the_index_lists_all_in_the_order_they_were_made(run, store):
    finish(store, 0)
    write_index(run, store)
    assert not run.retrained_index.exists()
    add(store, retraining(1, 0))
    finish(store, 1)
    write_index(run, store)
    index = json.loads(run.retrained_index.read_text())
    assert index["in_use"] == "checkpoints/round_001/proxy"
    assert [(one["folder"], one.get("table")) for one in index["proxies"]] == [
        ("checkpoints/round_000/proxy", None),
        ("proxies/001", "lab.csv"),
        ("checkpoints/round_001/proxy", None),
    ]
