import pytest
from rdkit import Chem

from molgfn.chem.trees.cut import StemRole, cut_bonds, may_join


@pytest.mark.parametrize(
    ("smiles", "cuts"),
    [
        ("c1ccccc1-c1ccccc1", [("C", "C")]),  # ring to ring
        ("Cc1ccccc1", [("C", "C")]),  # ring to chain
        ("CCCC", []),  # chain alone
        ("CC(=O)NC", [("C", "N")]),  # amide
        ("CS(=O)(=O)NC", [("S", "N")]),  # sulfonamide
        ("CC(=O)OC", []),  # ester
        ("CNCC", []),  # amine
        ("O=C1CCCCN1", []),  # a lactam is in a ring
        ("O=[N+]([O-])c1ccccc1", [("N", "C")]),  # one charged end
        ("C[N+]1(C)CC1", [("C", "N"), ("N", "C")]),
        ("[O-][n+]1ccccc1", []),  # both ends charged
        ("C=C1CCCC1", []),  # double bond
    ],
)
def test_what_is_cut(smiles: str, cuts: list[tuple[str, str]]) -> None:
    mol = Chem.MolFromSmiles(smiles)
    bonds = [mol.GetBondWithIdx(i) for i in cut_bonds(mol)]
    assert [(b.GetBeginAtom().GetSymbol(), b.GetEndAtom().GetSymbol()) for b in bonds] == cuts


def test_joining_is_symmetric_and_refuses_two_charges() -> None:
    ring, acyl, amine, chain = (
        StemRole(True, False, False, False),
        StemRole(False, True, False, False),
        StemRole(False, False, True, False),
        StemRole(False, False, False, False),
    )
    for a in (ring, acyl, amine, chain):
        for b in (ring, acyl, amine, chain):
            assert may_join(a, b) == may_join(b, a)
    assert may_join(ring, chain)
    assert may_join(acyl, amine)
    assert not may_join(chain, chain)
    assert not may_join(ring._replace(charged=True), ring._replace(charged=True))
