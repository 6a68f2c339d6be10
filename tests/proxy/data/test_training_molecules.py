import numpy as np

from molgfn.proxy.data.training_data import merge
from molgfn.proxy.data.training_molecules import kept_molecules, write_training_molecules


def test_molecules_bounds_and_counts_are_read_as_they_were_written(smiles, values, tmp_path):
    sides = np.arange(len(smiles)) % 3 - 1
    data = merge(smiles, values, sides, np.arange(1.0, len(smiles) + 1))
    assert kept_molecules(tmp_path, "merge") is None
    write_training_molecules(data, tmp_path)
    read = kept_molecules(tmp_path, "merge")
    assert read.sha256() == data.sha256()
    assert np.array_equal(read.counts, data.counts)
