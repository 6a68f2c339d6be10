"""Splits are settled before anything is trained: those that were asked for, or those that the data allow."""

import dataclasses

import numpy as np
import pytest

from molgfn.errors import DataError
from molgfn.progress import SilentProgress
from molgfn.proxy.data.training_data import merge
from molgfn.proxy.evaluation.split_plans import plan, plans


class Listening(SilentProgress):
    def __init__(self):
        self.lines = []

    def log(self, message):
        self.lines.append(message)


@pytest.fixture
def dated(smiles, values):
    data = merge(smiles, values)
    days = [f"20{10 + i % 10}" if i % 4 else "" for i in range(len(data))]
    return dataclasses.replace(data, days=tuple(days))


def test_repeats_are_other_folds_of_the_same_molecules(dated):
    made = plan("random", dated, 5, 2, 3)
    assert made.seeds == (3,) * 5 + (4,) * 5
    tests = [set(part.test.tolist()) for part in made.parts]
    assert set.union(*tests[:5]) == set.union(*tests[5:]) == set(range(len(dated)))
    assert tests[:5] != tests[5:]


def test_by_time_the_last_measured_are_judged_and_the_undated_left_out(dated):
    (parts,) = plan("time", dated, 5, 3, 1).parts
    used = np.concatenate([parts.train, parts.test])
    assert all(dated.days[row] for row in used)
    assert len(used) == sum(map(bool, dated.days))
    assert max(dated.days[row] for row in parts.train) < min(dated.days[row] for row in parts.test)


def test_by_default_all_that_the_data_allow_are_made_and_the_rest_is_said(dated):
    progress = Listening()
    assert [one.kind for one in plans(None, dated, 4, 1, 1, progress)] == ["scaffold", "random", "time"]
    assert progress.lines == []
    chains = merge(["C" * n for n in range(1, 30)], np.arange(29.0))
    undated = dataclasses.replace(chains, days=("2020",) * 29)
    assert [one.kind for one in plans(None, undated, 4, 1, 1, progress)] == ["random"]
    assert progress.lines == [
        "not judged on scaffold splits: 1 scaffolds cannot be dealt to 4 folds",
        "not judged on time splits: 29 molecules, nearly all of one date (2020): no split by time can be made",
    ]


def test_what_was_asked_for_and_cannot_be_made_is_an_error(smiles, values):
    data = merge(smiles, values)
    with pytest.raises(DataError, match="no molecule has a date") as caught:
        plans(("random", "time"), data, 5, 1, 1, SilentProgress())
    assert "[assay]" in caught.value.hint
