"""The protonation states of a molecule in water at pH 7.4.

Dimorphite-DL (Ropp et al. 2019, doi:10.1186/s13321-019-0336-9) judges each site alone, by a table of substructures.
What this misses is corrected here. The pKa values are approximate, and were not looked up one by one.
"""

from itertools import combinations

from dimorphite_dl.protonate.run import Protonate
from loguru import logger
from rdkit import Chem

from molgfn.chem.standardise import parse_smiles

PH = 7.4
_OTHER_STATES = 1.0
"""Standard deviations of a pKa within which both states of a site are listed."""
_TRIED_STATES = 12

_RING = "[c,n]"
_CARBON = "[c;H1,$(c-[CX4]),$(c(:a)(:a):a)]"
_DONOR = "[NX3+0;!$(N-[!#1;!$([CX4]);!c]);!$(N(c)c)]"
_CORRECTIONS: tuple[tuple[str, int], ...] = (
    # Lactams that are drawn aromatic: 2-pyridone 11.7, phthalazin-1-one 12, uracil 9.4, 1,2,4-triazol-3-one 10. Beside
    # ring oxygen the anion is right (1,2,4-oxadiazol-5-one 5.7).
    (f"[n-;r6,$([n-]1c(=O){_RING}{_RING}{_RING}1),$([n-]1{_RING}c(=O){_RING}{_RING}1)]", 1),
    # Imides: succinimide 9.6, hydantoin 9.0, glutarimide 11.4; but not thiazolidine-2,4-dione, 6.8.
    ("[NX2-;$([N-](C(=O)[#6,#7,#8])C(=O)[#6,#7,#8])]", 1),
    # Hydrazides, and amides of O-alkyl hydroxylamines, near 10.
    ("[NX2-;$([N-](C=O)[#7,#8])]", 1),
    # Phenols: catechol 9.3, guaiacol 9.9, salicylamide 8.2, 4-acetylphenol 8.1. The anion is right with a nitro group
    # in ortho or para (7.2), between two halogens (2,6-dichlorophenol 6.8), in rings with oxygen or sulfur
    # (isoxazol-3-ol 5.8), and opposite to C=O in one ring (4-hydroxycoumarin 4.1).
    (
        "[O-;X1;$([O-]-c);!$([O-]c:c-[N+](=O)[O-]);!$([O-]c:c:c:c-[N+](=O)[O-]);!$([O-]-c(:c-[F,Cl,Br,I]):c-[F,Cl,Br,I])"
        ";!$([O-]-c:[o,s]);!$([O-]-c:[n,c]:[o,s]);!$([O-]-c1:c:c(=O):a:a:a:1)]",
        1,
    ),
    # N on a C=C is no amine: enamines take the proton on carbon, and vinylogous amides are as neutral as amides.
    ("[NX4+;!H0;$([N+][CX3]=[CX3])]", -1),
    # Amines with nitrogen or oxygen next to them (phenylhydrazine 5.2, benzylhydroxylamine 4.7), and with nitrogen,
    # oxygen, sulfur (thiazolidine 6.2) or cyanide (aminoacetonitrile 5.3) or CHF2 (2,2-difluoroethylamine 7.1) on the
    # next carbon.
    ("[NX4+;!H0;$([N+][#7,#8]),$([N+][CX4][#7,#8,#16]),$([N+][CX4]C#N),$([N+][CX4][CX4](F)F)]", -1),
    # N of a C=N that is acylated; acyl guanidines keep the proton (benzoylguanidine 7.1, amiloride 8.7).
    ("[NX3+;!H0;$([N+](-C=O)=[CX3;!$(C(~[#7])(~[#7])~[#7])])]", -1),
    # One pyridine nitrogen with an amine opposite (4-aminopyridine 9.1, 4-dimethylaminopyridine 9.6, 4-aminoquinoline
    # 9.2; Albert, Goldacre, Phillips 1948, doi:10.1039/jr9480002240). Other substituents with heteroatoms weaken it.
    (f"[nX2+0]1{_CARBON}{_CARBON}c({_DONOR}){_CARBON}{_CARBON}1", 1),
)
"""Atoms that a table of single sites gets wrong, as SMARTS of the state, and the protons to add."""
_PATTERNS = [(Chem.MolFromSmarts(smarts), protons) for smarts, protons in _CORRECTIONS]

_CHARGED_AMINE = Chem.MolFromSmarts("[NX4+;!H0]")
_WEAKENS = Chem.MolFromSmarts("[!#6&!#1,$([#6]=,:,#*)]")
_WEAK_BASE = Chem.MolFromSmarts("[NX4+;!H0;$([N+]1[CX4][CX4][!#6][CX4][CX4]1),$([N+][CX4]C=O)]")
_NEAR_BONDS = 3
_SMALL_RING = 8


def protonation_states(mol: Chem.Mol, number: int) -> list[Chem.Mol]:
    """Return the main state of a molecule at pH 7.4, and others that are likely.

    Parameters
    ----------
    mol : Chem.Mol
        Neutral, with implicit hydrogens.
    number : int
        States to return at most. The first is the main state.

    Returns
    -------
    list of Chem.Mol
        Different from each other, the more likely first, atoms in the order of the canonical SMILES.
    """
    neutral = Chem.MolToSmiles(mol)
    states = dict.fromkeys(map(_corrected, _dimorphite(neutral, 0.0, 1)))
    # It keeps the most likely states, but does not order them: each call adds the next one.
    for tried in range(1, _TRIED_STATES + 1):
        if len(states) < number:
            states |= dict.fromkeys(map(_corrected, _dimorphite(neutral, _OTHER_STATES, tried)))
    return [parse_smiles(state) for state in list(states)[:number]]


def _dimorphite(smiles: str, precision: float, number: int) -> list[str]:
    logger.disable("dimorphite_dl")  # it tells every step
    return list(Protonate(smiles, ph_min=PH, ph_max=PH, precision=precision, max_variants=number))


def _corrected(smiles: str) -> str:
    """Return the state with the protons that a table of single sites gets wrong moved, as canonical SMILES."""
    mol = Chem.RWMol(parse_smiles(smiles))
    for pattern, protons in _PATTERNS:
        for atom in {match[0] for match in mol.GetSubstructMatches(pattern)}:
            _add_protons(mol.GetAtomWithIdx(atom), protons)
        Chem.SanitizeMol(mol)
    while (weakest := _weakest_of_near_charges(mol)) is not None:
        _add_protons(mol.GetAtomWithIdx(weakest), -1)
        Chem.SanitizeMol(mol)
    return Chem.MolToSmiles(mol)


def _add_protons(atom: Chem.Atom, number: int) -> None:
    atom.SetNumExplicitHs(atom.GetTotalNumHs() + number)
    atom.SetNoImplicit(True)
    atom.SetFormalCharge(atom.GetFormalCharge() + number)


def _weakest_of_near_charges(mol: Chem.Mol) -> int | None:
    """Return the weakest base of those charged amines that lie so near each other that only one has a proton.

    Second pKa: ethylenediamine 6.9, piperazine 5.3, 1,4-diazabicyclo[2.2.2]octane 3.0. One bond further where one of
    them is weak, as in morpholines and amides of amino acids.
    """
    charged: list[int] = [match[0] for match in mol.GetSubstructMatches(_CHARGED_AMINE)]
    weak, weak_bases = ({m[0] for m in mol.GetSubstructMatches(pattern)} for pattern in (_WEAKENS, _WEAK_BASE))
    distances = Chem.GetDistanceMatrix(mol)
    rings = [ring for ring in map(set, mol.GetRingInfo().AtomRings()) if len(ring) <= _SMALL_RING]
    near = {
        atom
        for one, other in combinations(charged, 2)
        for atom in (one, other)
        if distances[one, other] <= _NEAR_BONDS + bool({one, other} & weak_bases)
        or any({one, other} <= ring for ring in rings)
    }
    ranks = list(Chem.CanonicalRankAtoms(mol))
    order = {atom: (atom in weak_bases, _weakened(mol.GetAtomWithIdx(atom), weak), ranks[atom]) for atom in near}
    return max(near, key=order.__getitem__, default=None)


def _weakened(amine: Chem.Atom, weak: set[int]) -> tuple[int, int]:
    """Return how many atoms two bonds away draw electrons, and how many substituents there are."""
    beyond = [atom.GetIdx() for carbon in amine.GetNeighbors() for atom in carbon.GetNeighbors()]
    return sum(atom in weak for atom in beyond if atom != amine.GetIdx()), amine.GetDegree()
