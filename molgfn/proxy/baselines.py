"""What a proxy must beat: a random forest on Morgan counts, ridge regression on counts, and size alone."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from sklearn.ensemble import RandomForestRegressor

from molgfn.proxy.featurise import featurise_smiles
from molgfn.proxy.linear import fit_ridge

FloatArray = NDArray[np.float64]
Baseline = Callable[[Sequence[str], FloatArray, Sequence[str], int], FloatArray]
"""(training SMILES, values, test SMILES, seed) -> predictions; SMILES are standard."""

_TREES = 300
_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)


def forest(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:
    """Predict by a random forest on Morgan counts (radius 2, 2048 columns)."""
    model = RandomForestRegressor(n_estimators=_TREES, random_state=seed)
    predicted: FloatArray = model.fit(_morgan_counts(train), values).predict(_morgan_counts(test))
    return predicted


def linear_counts(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:  # noqa: ARG001
    """Predict by ridge regression on the counts of atom and bond kinds: where the networks start from."""
    return fit_ridge(featurise_smiles(train).counts(), values).predict(featurise_smiles(test).counts())


def size_alone(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:  # noqa: ARG001
    """Predict by a straight line in the number of heavy atoms."""
    slope, intercept = np.polyfit(featurise_smiles(train).n_atoms, values, 1)
    predicted: FloatArray = intercept + slope * featurise_smiles(test).n_atoms
    return predicted


BASELINES: dict[str, Baseline] = {
    "random forest on Morgan counts": forest,
    "ridge regression on atom and bond counts": linear_counts,
    "number of heavy atoms alone": size_alone,
}


def _morgan_counts(smiles: Sequence[str]) -> NDArray[np.uint32]:
    return np.stack([_MORGAN.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(text)) for text in smiles])
