"""Baselines learn what they can see and nothing else."""

import numpy as np
import pytest

from molgfn.proxy.classical.baselines import BASELINES, forest, gaussian_process, linear_counts, size_alone
from molgfn.proxy.data.graphs import featurise_smiles


@pytest.mark.parametrize("baseline", BASELINES.values(), ids=BASELINES)
def test_every_baseline_answers_in_order_and_again(baseline, smiles, values):
    predicted = baseline(smiles[::2], values[::2], smiles[1::2], 3)
    assert predicted.shape == (len(smiles[1::2]),)
    assert np.array_equal(predicted, baseline(smiles[::2], values[::2], smiles[1::2], 3))
    assert np.sqrt(np.mean((predicted - values[1::2]) ** 2)) < values.std()


def test_size_alone_is_a_line_in_heavy_atoms(smiles):
    n_atoms = featurise_smiles(smiles).n_atoms
    assert size_alone(smiles, 1 - 2.0 * n_atoms, smiles, 0) == pytest.approx(1 - 2.0 * n_atoms)


def test_all_but_size_know_isomers_apart():
    train = ["CCCO", "CCOC", "CCCCO", "CCCOC", "CCCCCO", "CCCCOC"] * 4
    values = np.array([1.0, 0.0] * 12)
    for baseline in (forest, linear_counts, gaussian_process):
        alcohol, ether = baseline(train, values, ["CCCCCCO", "CCCCCOC"], 0)
        assert alcohol > ether + 0.4


def test_all_but_size_know_stereoisomers_apart_where_they_are_kept(isomers):
    pair = ["C[C@@H](N)CBr", "C[C@H](N)CBr"]
    for baseline in (forest, linear_counts, gaussian_process):
        r, s = baseline(list(isomers), np.array(list(isomers.values())), pair, 0, "keep")
        assert r > s + 0.5
    r, s = size_alone(list(isomers), np.array(list(isomers.values())), pair, 0, "keep")
    assert r == s
