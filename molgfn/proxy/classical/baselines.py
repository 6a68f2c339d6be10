"""What a proxy must beat: a random forest and a Gaussian process on Morgan counts, ridge regression, size alone."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from sklearn.ensemble import RandomForestRegressor

from molgfn.arrays import FloatArray
from molgfn.proxy.classical.gaussian_process import fit_process
from molgfn.proxy.classical.ridge import fit_ridge
from molgfn.proxy.data.graphs import MORGAN, featurise_counted, featurise_smiles
from molgfn.proxy.data.training_data import TrainingData

Baseline = Callable[[Sequence[str], FloatArray, Sequence[str], int], FloatArray]
"""(training SMILES, values, test SMILES, seed) -> predictions; SMILES are standard."""

_TREES = 300
FEATURES_TRIED = 1 / 3
"""Share of the columns that each split of a forest may choose from (Breiman 2001, for regression)."""


def forest(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:
    """Predict by a random forest on Morgan counts (radius 2, 2048 columns)."""
    model = RandomForestRegressor(n_estimators=_TREES, max_features=FEATURES_TRIED, random_state=seed)
    predicted: FloatArray = model.fit(_morgan_counts(train), values).predict(_morgan_counts(test))
    return predicted


def gaussian_process(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:
    """Predict by the Gaussian process that networks are corrected with (see `fit_process`)."""
    n = len(train)
    data = TrainingData(tuple(train), values, np.zeros(n, dtype=np.int64), np.ones(n), n_rows=n)
    process, _ = fit_process(data, seed)
    return process(featurise_counted(test)[1]).mean


def linear_counts(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:  # noqa: ARG001
    """Predict by ridge regression on the counts of atom and bond kinds: where the networks start from."""
    return fit_ridge(featurise_smiles(train).counts(), values).predict(featurise_smiles(test).counts())


def size_alone(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:  # noqa: ARG001
    """Predict by a straight line in the number of heavy atoms."""
    slope, intercept = np.polyfit(featurise_smiles(train).n_atoms, values, 1)
    predicted: FloatArray = intercept + slope * featurise_smiles(test).n_atoms
    return predicted


FOREST = "random forest on Morgan counts"
BASELINES: dict[str, Baseline] = {
    FOREST: forest,
    "Gaussian process on Morgan counts": gaussian_process,
    "ridge regression on atom and bond counts": linear_counts,
    "number of heavy atoms alone": size_alone,
}


def _morgan_counts(smiles: Sequence[str]) -> NDArray[np.uint32]:
    return np.stack([MORGAN.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(text)) for text in smiles])
