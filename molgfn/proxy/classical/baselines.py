"""What a proxy must beat: a random forest and a Gaussian process on Morgan counts, ridge regression, size alone."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from sklearn.ensemble import RandomForestRegressor

from molgfn.arrays import FloatArray
from molgfn.chem.standardise import Stereo
from molgfn.proxy.classical.gaussian_process import fit_process
from molgfn.proxy.classical.ridge import fit_ridge
from molgfn.proxy.data.graphs import featurise_counted, featurise_smiles
from molgfn.proxy.data.morgan import environment_array
from molgfn.proxy.data.training_data import TrainingData

_TREES = 300
FEATURES_TRIED = 1 / 3
"""Share of the columns that each split of a forest may choose from (Breiman 2001, for regression)."""


class Baseline(Protocol):
    """Learns from molecules and predicts others; `stereo` as theirs, whose SMILES are standard."""

    def __call__(
        self, train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int, stereo: Stereo = "merge"
    ) -> FloatArray: ...


def forest(
    train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int, stereo: Stereo = "merge"
) -> FloatArray:
    """Predict by a random forest on Morgan counts (radius 2, 2048 columns)."""
    model = RandomForestRegressor(n_estimators=_TREES, max_features=FEATURES_TRIED, random_state=seed)
    predicted: FloatArray = model.fit(_counts(train, stereo), values).predict(_counts(test, stereo))
    return predicted


def gaussian_process(
    train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int, stereo: Stereo = "merge"
) -> FloatArray:
    """Predict by the Gaussian process that networks are corrected with (see `fit_process`)."""
    n = len(train)
    data = TrainingData(tuple(train), values, np.zeros(n, dtype=np.int64), np.ones(n), n_rows=n, stereo=stereo)
    process, _ = fit_process(data, seed)
    return process(featurise_counted(test, stereo)[1]).mean


def linear_counts(
    train: Sequence[str],
    values: FloatArray,
    test: Sequence[str],
    seed: int,  # noqa: ARG001
    stereo: Stereo = "merge",
) -> FloatArray:
    """Predict by ridge regression on the counts of atom and bond kinds: where the networks start from."""
    ridge = fit_ridge(featurise_smiles(train, stereo).counts(), values)
    return ridge.predict(featurise_smiles(test, stereo).counts())


def size_alone(
    train: Sequence[str],
    values: FloatArray,
    test: Sequence[str],
    seed: int,  # noqa: ARG001
    stereo: Stereo = "merge",
) -> FloatArray:
    """Predict by a straight line in the number of heavy atoms."""
    slope, intercept = np.polyfit(featurise_smiles(train, stereo).n_atoms, values, 1)
    predicted: FloatArray = intercept + slope * featurise_smiles(test, stereo).n_atoms
    return predicted


FOREST = "random forest on Morgan counts"
BASELINES: dict[str, Baseline] = {
    FOREST: forest,
    "Gaussian process on Morgan counts": gaussian_process,
    "ridge regression on atom and bond counts": linear_counts,
    "number of heavy atoms alone": size_alone,
}


def _counts(smiles: Sequence[str], stereo: Stereo) -> NDArray[np.uint32]:
    return np.stack([environment_array(Chem.MolFromSmiles(text), stereo) for text in smiles])
