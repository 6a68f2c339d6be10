"""What a proxy must beat: a random forest and a Gaussian process on Morgan counts, ridge regression, size alone."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    ConstantKernel,
    Kernel,
    NormalizedKernelMixin,
    StationaryKernelMixin,
    WhiteKernel,
)

from molgfn.arrays import FloatArray
from molgfn.proxy.classical.ridge import fit_ridge
from molgfn.proxy.data.graphs import MORGAN, featurise_smiles

Baseline = Callable[[Sequence[str], FloatArray, Sequence[str], int], FloatArray]
"""(training SMILES, values, test SMILES, seed) -> predictions; SMILES are standard."""

_TREES = 300
FEATURES_TRIED = 1 / 3
"""Share of the columns that each split of a forest may choose from (Breiman 2001, for regression)."""
# Time grows with the cube: with 2000 it is that of the networks.
_MOST_OF_PROCESS = 2000


def forest(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:
    """Predict by a random forest on Morgan counts (radius 2, 2048 columns)."""
    model = RandomForestRegressor(n_estimators=_TREES, max_features=FEATURES_TRIED, random_state=seed)
    predicted: FloatArray = model.fit(_morgan_counts(train), values).predict(_morgan_counts(test))
    return predicted


class Tanimoto(StationaryKernelMixin, NormalizedKernelMixin, Kernel):  # type: ignore[misc]
    """Tanimoto similarity of count vectors, x.y / (x.x + y.y - x.y) (Ralaivola et al. 2005)."""

    def __init__(self) -> None:
        # scikit-learn looks for parameters in this signature.
        super().__init__()

    def __call__(self, x: FloatArray, y: FloatArray | None = None, eval_gradient: bool = False) -> Any:
        """Return the kernel of all pairs, and its gradient (it has no parameter) if asked for."""
        other = x if y is None else y
        both = x @ other.T
        norms = (x**2).sum(1)[:, None] + (other**2).sum(1)[None, :]
        kernel = both / np.maximum(norms - both, 1e-12)
        return (kernel, np.empty((*kernel.shape, 0))) if eval_gradient else kernel


def gaussian_process(train: Sequence[str], values: FloatArray, test: Sequence[str], seed: int) -> FloatArray:
    """Predict by a Gaussian process with the Tanimoto kernel on Morgan counts; its variances by marginal likelihood.

    Of more than 2000 molecules it learns from 2000 at random.
    """
    if len(train) > _MOST_OF_PROCESS:
        some = np.sort(np.random.default_rng(seed).choice(len(train), _MOST_OF_PROCESS, replace=False))
        train, values = [train[row] for row in some], values[some]
    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Tanimoto() + WhiteKernel(0.1, (1e-4, 1e1))
    model = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
    with warnings.catch_warnings():
        # A variance at its limit is as good an answer as any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(_morgan_counts(train).astype(np.float64), values)
    predicted: FloatArray = model.predict(_morgan_counts(test).astype(np.float64))
    return predicted


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
