"""Oracles that are computed from the structure alone, written from their published definitions.

Brown et al. 2019 (GuacaMol, J. Chem. Inf. Model. 59, 1096); names as in Gao et al. 2022 (PMO). Similarities are
Tanimoto on Morgan counts of radius 2 (ECFP4), with features for FCFP4.
"""

from collections.abc import Callable, Sequence

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator, rdMolDescriptors

from molgfn.arrays import FloatArray

Score = Callable[[Chem.Mol], float]

_FEATURES = rdFingerprintGenerator.GetMorganFeatureAtomInvGen()
_ECFP4 = rdFingerprintGenerator.GetMorganGenerator(radius=2)
_FCFP4 = rdFingerprintGenerator.GetMorganGenerator(radius=2, atomInvariantsGenerator=_FEATURES)

ALBUTEROL = "CC(C)(C)NCC(O)c1ccc(O)c(CO)c1"
PERINDOPRIL = "O=C(OCC)C(NC(C(=O)N1C(C(=O)O)CC2CCCCC12)C)CCC"
CAMPHOR, MENTHOL = "CC1(C)C2CCC1(C)C(=O)C2", "CC(C)C1CCC(C)CC1O"


def similarity(target: str, generator: rdFingerprintGenerator.FingerprintGenerator64 = _ECFP4) -> Score:
    """Return the similarity to a molecule."""
    own = generator.GetSparseCountFingerprint(Chem.MolFromSmiles(target))
    return lambda mol: float(DataStructs.TanimotoSimilarity(own, generator.GetSparseCountFingerprint(mol)))


def albuterol_similarity() -> Score:
    """FCFP4 similarity to albuterol, 1 from 0.75 on."""
    alike = similarity(ALBUTEROL, _FCFP4)
    return lambda mol: min(alike(mol) / 0.75, 1.0)


def perindopril_mpo() -> Score:
    """Geometric mean of the similarity to perindopril and of having two aromatic rings (Gaussian, sigma 0.5)."""
    alike = similarity(PERINDOPRIL)

    def score(mol: Chem.Mol) -> float:
        rings = rdMolDescriptors.CalcNumAromaticRings(mol)
        return float(np.sqrt(alike(mol) * np.exp(-0.5 * ((rings - 2) / 0.5) ** 2)))

    return score


def median_1() -> Score:
    """Geometric mean of the similarities to camphor and menthol."""
    camphor, menthol = similarity(CAMPHOR), similarity(MENTHOL)
    return lambda mol: float(np.sqrt(camphor(mol) * menthol(mol)))


ORACLES: dict[str, Callable[[], Score]] = {
    "albuterol similarity": albuterol_similarity,
    "perindopril MPO": perindopril_mpo,
    "median 1": median_1,
}


def property_oracle(name: str) -> Callable[[Sequence[str]], FloatArray]:
    """Return an oracle by name, from SMILES to values from 0 to 1, higher is better."""
    score = ORACLES[name]()
    return lambda smiles: np.array([score(Chem.MolFromSmiles(text)) for text in smiles])
