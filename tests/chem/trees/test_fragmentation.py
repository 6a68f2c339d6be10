import pytest
from rdkit import Chem

from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.fragmentation import canonical_order, fragment, fragment_with_places


@pytest.mark.parametrize(
    ("smiles", "names"),
    [
        ("c1ccccc1-c1ccccc1", ["c1ccccc1", "c1ccccc1"]),
        ("Cn1cccc1", ["C", "c1cc[nH]c1"]),
        ("CS(=O)(=O)Nc1ccccc1", ["C[SH](=O)=O", "N", "c1ccccc1"]),
        ("O=S(=O)(c1ccccc1)N1CCOCC1", ["O=[SH2]=O", "C1COCCN1", "c1ccccc1"]),
        ("O=C(O)c1ccccc1", ["O=CO", "c1ccccc1"]),
        ("O=[N+]([O-])c1ccccc1", ["O=[NH+][O-]", "c1ccccc1"]),
        ("CCCC", ["CCCC"]),
    ],
)
def test_fragments_carry_hydrogen_where_they_were_cut(smiles: str, names: list[str]) -> None:
    assert sorted(fragment(standard_mol(smiles)).smiles) == sorted(names)


def test_joins_name_atoms_along_the_fragment() -> None:
    fragments = fragment(standard_mol("Cc1cccnc1"))
    ((a, i, b, j),) = fragments.joins
    ends = {fragments.smiles[a]: i, fragments.smiles[b]: j}
    ring = Chem.MolFromSmiles("c1ccncc1")
    assert ring.GetAtomWithIdx(ends["c1ccncc1"]).GetTotalNumHs() == 1
    assert {n.GetSymbol() for n in ring.GetAtomWithIdx(ends["c1ccncc1"]).GetNeighbors()} == {"C"}
    assert ends["C"] == 0


def test_every_atom_is_traced() -> None:
    mol = standard_mol("CC(=O)Nc1ccc(F)cc1")
    fragments, where = fragment_with_places(mol)
    assert sorted(where) == list(range(mol.GetNumAtoms()))
    for atom, (number, place) in where.items():
        symbol = Chem.MolFromSmiles(fragments.smiles[number]).GetAtomWithIdx(place).GetSymbol()
        assert symbol == mol.GetAtomWithIdx(atom).GetSymbol()


def test_canonical_order_maps_atoms() -> None:
    canonical, places = canonical_order("OCC")
    mol = Chem.MolFromSmiles(canonical)
    assert canonical == "CCO"
    assert [mol.GetAtomWithIdx(p).GetSymbol() for p in places] == ["O", "C", "C"]
