import numpy as np

from molgfn.proxy.data.training_data import merge
from molgfn.proxy.data.training_molecules import kept_molecules, stereo_of_folder, write_training_molecules


def test_molecules_bounds_and_counts_are_read_as_they_were_written(smiles, values, tmp_path):
    sides = np.arange(len(smiles)) % 3 - 1
    data = merge(smiles, values, sides, np.arange(1.0, len(smiles) + 1))
    assert kept_molecules(tmp_path, "merge") is None
    write_training_molecules(data, tmp_path)
    read = kept_molecules(tmp_path, "merge")
    assert read.sha256() == data.sha256()
    assert np.array_equal(read.counts, data.counts)


def test_the_description_beside_them_says_what_stereoisomers_are(tmp_path):
    data = merge(["C[C@@H](N)CO", "C[C@H](N)CO"], [8.0, 5.0], stereo="keep")
    write_training_molecules(data, tmp_path)
    assert stereo_of_folder(tmp_path) == "merge"
    (tmp_path / "proxy.json").write_text('{"stereo": "keep"}')
    read = kept_molecules(tmp_path, stereo_of_folder(tmp_path))
    assert (read.smiles, read.stereo) == (data.smiles, "keep")
    (tmp_path / "proxy.json").write_text('{"name": "of an earlier version"}')
    assert stereo_of_folder(tmp_path) == "merge"
