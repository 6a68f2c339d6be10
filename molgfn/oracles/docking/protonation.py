"""The protonation states of a molecule in water at pH 7.4.

Dimorphite-DL (Ropp et al. 2019, doi:10.1186/s13321-019-0336-9) judges each site alone, by a table of substructures.
What this misses is corrected here; the pKa values are of the CRC Handbook of Chemistry and Physics if not said
otherwise.
"""

from dimorphite_dl.protonate.run import Protonate
from loguru import logger
from rdkit import Chem

from molgfn.chem.standardise import parse_smiles

PH = 7.4
_OTHER_STATES = 1.0
"""Standard deviations of a pKa within which both states of a site are listed."""
_TRIED_STATES = 12

# N-H of lactams that are drawn aromatic (2-pyridone 11.7, phthalazin-1-one 12, uracil 9.4, 1,2,4-triazol-3-one
# 10); of imides (succinimide 9.6, hydantoin 9.0, glutarimide 11.4); of hydrazides. Beside ring oxygen or sulfur the
# anion is right (thiazolidine-2,4-dione 6.8, 1,2,4-oxadiazol-5-one 5.7).
_RING = "[c,n]"
_LACTAM = Chem.MolFromSmarts(f"[n-;r6,$([n-]1c(=O){_RING}{_RING}{_RING}1),$([n-]1{_RING}c(=O){_RING}{_RING}1)]")
_IMIDE = Chem.MolFromSmarts("[NX2-;$([N-](C(=O)[#6,#7,#8])C(=O)[#6,#7,#8]),$([N-](C=O)[#7])]")
# N on a C=C is no amine: enamines take the proton on carbon, and vinylogous amides are as neutral as amides.
_NO_AMINE = Chem.MolFromSmarts("[NX4+;!H0;$([N+][CX3]=[CX3])]")
# One pyridine nitrogen with an amine opposite (4-aminopyridine 9.1, 4-dimethylaminopyridine 9.6, 4-aminoquinoline 9.2;
# Albert, Goldacre, Phillips 1948, doi:10.1039/jr9480002240). Other substituents with heteroatoms weaken it.
_CARBON = "[c;H1,$(c-[CX4]),$(c(:a)(:a):a)]"
_DONOR = "[NX3+0;!$(N-[!#1;!$([CX4]);!c]);!$(N(c)c)]"
_AMINOPYRIDINE = Chem.MolFromSmarts(f"[nX2+0]1{_CARBON}{_CARBON}c({_DONOR}){_CARBON}{_CARBON}1")
_CHARGED_AMINE = Chem.MolFromSmarts("[NX4+;!H0]")
_WEAKENS = Chem.MolFromSmarts("[!#6;!#1,$([#6]=,:,#*)]")
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
    for pattern, protons in ((_LACTAM, 1), (_IMIDE, 1), (_NO_AMINE, -1), (_AMINOPYRIDINE, 1)):
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

    Second pKa: ethylenediamine 6.9, piperazine 5.3, 1,4-diazabicyclo[2.2.2]octane 3.0.
    """
    charged: list[int] = [match[0] for match in mol.GetSubstructMatches(_CHARGED_AMINE)]
    distances = Chem.GetDistanceMatrix(mol)
    rings = [ring for ring in map(set, mol.GetRingInfo().AtomRings()) if len(ring) <= _SMALL_RING]
    near = {
        atom
        for atom in charged
        for other in charged
        if atom != other and (distances[atom, other] <= _NEAR_BONDS or any({atom, other} <= ring for ring in rings))
    }
    if not near:
        return None
    weak = {match[0] for match in mol.GetSubstructMatches(_WEAKENS)}
    ranks = list(Chem.CanonicalRankAtoms(mol))
    return max(near, key=lambda atom: (_weakened(mol.GetAtomWithIdx(atom), weak), ranks[atom]))


def _weakened(amine: Chem.Atom, weak: set[int]) -> tuple[int, int]:
    """Return how many groups two bonds away draw electrons, and how many substituents there are."""
    beyond = [
        atom.GetIdx() in weak
        for carbon in amine.GetNeighbors()
        for atom in carbon.GetNeighbors()
        if atom.GetIdx() != amine.GetIdx()
    ]
    return sum(beyond), amine.GetDegree()
