"""A random forest on Morgan counts (Breiman 2001), kept as plain arrays: no pickle is read or written."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.chem.standardise import MoleculeError, Stereo, standard_mol
from molgfn.errors import DataError
from molgfn.proxy.classical.baselines import FEATURES_TRIED
from molgfn.proxy.data.morgan import environment_array
from molgfn.proxy.data.training_data import weights
from molgfn.proxy.description import ProxyInfo
from molgfn.proxy.interfaces import MemberPredictions

_CHUNK = 1024


class Forest:
    """Trees, end to end in a few arrays; see `Ensemble`. It predicts what scikit-learn's forest would.

    Parameters
    ----------
    starts : (M + 1,) int64
        First node of each tree, and the number of all nodes.
    feature : int32
        Of each node the count it asks for; negative at a leaf.
    threshold : float64
        A molecule goes left whose count is at most this.
    left, right : int32
        Nodes, counted from the first of their tree.
    value : float64
        Of each node, in the unit of the target.
    stereo : "merge" or "keep"
        Whether the counts hold the configuration.
    """

    def __init__(
        self,
        starts: IntArray,
        feature: NDArray[np.int32],
        threshold: FloatArray,
        left: NDArray[np.int32],
        right: NDArray[np.int32],
        value: FloatArray,
        stereo: Stereo = "merge",
    ) -> None:
        self._starts, self._feature, self._threshold = starts, feature, threshold
        self._left, self._right, self._value, self._stereo = left, right, value, stereo

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], info: ProxyInfo) -> "Forest":
        """Make the forest again from what `arrays` gave.

        Raises
        ------
        TypeError
            If the arrays are not those of a forest.
        """
        return cls(**arrays, stereo=info.stereo)  # type: ignore[arg-type]

    @classmethod
    def grown(cls, model: RandomForestRegressor, stereo: Stereo = "merge") -> "Forest":
        """Return the trees of a forest that scikit-learn has fitted."""
        trees = [tree.tree_ for tree in model.estimators_]
        return cls(
            np.cumsum([0, *(tree.node_count for tree in trees)]),
            np.concatenate([tree.feature for tree in trees]).astype(np.int32),
            np.concatenate([tree.threshold for tree in trees]).astype(np.float64),
            np.concatenate([tree.children_left for tree in trees]).astype(np.int32),
            np.concatenate([tree.children_right for tree in trees]).astype(np.int32),
            np.concatenate([tree.value[:, 0, 0] for tree in trees]).astype(np.float64),
            stereo,
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the trees."""
        names = ("starts", "feature", "threshold", "left", "right", "value")
        return {name: getattr(self, f"_{name}") for name in names}

    def member_predictions(self, smiles: Sequence[str]) -> MemberPredictions:
        """Return what each tree thinks of molecules."""
        if not len(smiles):
            raise DataError("no molecules: the list of SMILES is empty")
        chunks = [smiles[start : start + _CHUNK] for start in range(0, len(smiles), _CHUNK)]
        counts = (_counts(chunk, self._stereo, _CHUNK * place) for place, chunk in enumerate(chunks))
        values = np.concatenate([self._values(part) for part in counts], axis=1)
        return MemberPredictions(values, np.zeros_like(values))

    def _values(self, counts: NDArray[np.uint16]) -> FloatArray:
        """Return the value of the leaf that each molecule comes to in each tree, shape (M, B)."""
        molecule = np.arange(len(counts))
        first = self._starts[:-1, None]
        node = np.repeat(first, len(counts), axis=1)
        while ((feature := self._feature[node]) >= 0).any():
            goes_left = counts[molecule, np.maximum(feature, 0)] <= self._threshold[node]
            step = first + np.where(goes_left, self._left[node], self._right[node])
            node = np.where(feature >= 0, step, node)
        found: FloatArray = self._value[node]
        return found


def _counts(smiles: Sequence[str], stereo: Stereo, first: int = 0) -> NDArray[np.uint16]:
    rows = []
    for place, text in enumerate(smiles, start=first):
        try:
            rows.append(environment_array(standard_mol(text, stereo), stereo))
        except MoleculeError as error:
            raise DataError(f"molecule {place} (counted from 0), {text!r}: {error}") from error
    return np.stack(rows).astype(np.uint16)


def grow(
    smiles: Sequence[str], values: FloatArray, counts: FloatArray, trees: int, seed: int, stereo: Stereo = "merge"
) -> tuple[Forest, BoolArray]:
    """Grow a forest.

    Parameters
    ----------
    smiles, values, counts : sequences of length B
        Standard; measured values, and how many measurements each is the mean of.
    trees : int
    seed : int
    stereo : "merge" or "keep"
        Whether the counts hold the configuration.

    Returns
    -------
    Forest
    seen : (trees, B) bool
        Which tree has drawn which molecule.
    """
    model = RandomForestRegressor(n_estimators=trees, max_features=FEATURES_TRIED, random_state=seed)
    model.fit(_counts(smiles, stereo), values, sample_weight=weights(counts))
    seen = np.zeros((trees, len(smiles)), dtype=np.bool_)
    for tree, drawn in enumerate(model.estimators_samples_):
        seen[tree, drawn] = True
    return Forest.grown(model, stereo), seen
