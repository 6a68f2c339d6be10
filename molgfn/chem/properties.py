"""The properties for property windows and for columns of the candidate table, as RDKit defines them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from types import ModuleType

from rdkit import Chem
from rdkit.Chem import QED, rdMolDescriptors


@dataclass(frozen=True)
class Properties:
    """What is computed of one molecule.

    Attributes
    ----------
    mw : float
        Average molecular weight, g/mol.
    clogp : float
        Octanol-water partition coefficient, log10 (Wildman and Crippen 1999).
    tpsa : float
        Topological polar surface area of N and O, square angstrom (Ertl et al. 2000).
    hbd, hba : int
        Hydrogen bond donors and acceptors.
    rotatable_bonds : int
        Strict definition: amide, ester and other stiff bonds do not count.
    qed : float
        Quantitative estimate of drug-likeness, 0 to 1 (Bickerton et al. 2012).
    sa_score : float
        Synthetic accessibility, 1 (easy) to 10 (hard) (Ertl and Schuffenhauer 2009).
    heavy_atoms : int
    rings, aromatic_rings : int
        Rings of the smallest set of smallest rings, and those of them that are aromatic.
    fraction_csp3 : float
        Share of the carbon atoms that are sp3, 0 to 1; 0 without carbon.
    stereocentres : int
        Tetrahedral stereocentres, whether their configuration is given or not.
    """

    mw: float
    clogp: float
    tpsa: float
    hbd: int
    hba: int
    rotatable_bonds: int
    qed: float
    sa_score: float
    heavy_atoms: int
    rings: int
    aromatic_rings: int
    fraction_csp3: float
    stereocentres: int


PROPERTY_NAMES = tuple(field.name for field in fields(Properties))


@cache
def _sascorer() -> ModuleType:
    # Imported late: reading its table of fragments takes 0.3 s and 90 MB.
    from rdkit.Contrib.SA_Score import sascorer

    module: ModuleType = sascorer
    return module


def _sa_score(mol: Chem.Mol) -> float:
    score: float = _sascorer().calculateScore(mol)
    return score


def _clogp(mol: Chem.Mol) -> float:
    clogp, _molar_refractivity = rdMolDescriptors.CalcCrippenDescriptors(mol)
    return float(clogp)


def _stereocentres(mol: Chem.Mol) -> int:
    return sum(element.type == Chem.StereoType.Atom_Tetrahedral for element in Chem.FindPotentialStereo(mol))


_FUNCTIONS: dict[str, Callable[[Chem.Mol], float]] = {
    "mw": rdMolDescriptors._CalcMolWt,  # what Descriptors.MolWt calls
    "clogp": _clogp,
    "tpsa": rdMolDescriptors.CalcTPSA,
    "hbd": rdMolDescriptors.CalcNumHBD,
    "hba": rdMolDescriptors.CalcNumHBA,
    "rotatable_bonds": rdMolDescriptors.CalcNumRotatableBonds,
    "qed": QED.qed,
    "sa_score": _sa_score,
    "heavy_atoms": rdMolDescriptors.CalcNumHeavyAtoms,
    "rings": rdMolDescriptors.CalcNumRings,
    "aromatic_rings": rdMolDescriptors.CalcNumAromaticRings,
    "fraction_csp3": rdMolDescriptors.CalcFractionCSP3,
    "stereocentres": _stereocentres,
}


def property_values(mol: Chem.Mol, names: Iterable[str]) -> dict[str, float]:
    """Compute only the named properties: most of the time of `properties` goes into QED.

    Raises
    ------
    KeyError
        If a name is not in `PROPERTY_NAMES`.

    Examples
    --------
    >>> property_values(Chem.MolFromSmiles("Oc1ccccc1"), ["hbd", "heavy_atoms"])
    {'hbd': 1, 'heavy_atoms': 7}
    """
    return {name: _FUNCTIONS[name](mol) for name in names}


def properties(mol: Chem.Mol) -> Properties:
    """Compute every property of a molecule with implicit hydrogens.

    Examples
    --------
    >>> properties(Chem.MolFromSmiles("Oc1ccccc1")).tpsa
    20.23
    """
    return Properties(**property_values(mol, PROPERTY_NAMES))  # type: ignore[arg-type]


_COUNTED_STEREO = (Chem.StereoType.Atom_Tetrahedral, Chem.StereoType.Bond_Double)


def undefined_stereo(mol: Chem.Mol) -> int:
    """Count the tetrahedral centres and double bonds whose configuration is possible but not given.

    Examples
    --------
    >>> undefined_stereo(Chem.MolFromSmiles("CC(O)C=CC"))
    2
    >>> undefined_stereo(Chem.MolFromSmiles("C[C@H](O)/C=C/C"))
    0
    """
    return sum(
        element.type in _COUNTED_STEREO and element.specified == Chem.StereoSpecified.Unspecified
        for element in Chem.FindPotentialStereo(mol)
    )
