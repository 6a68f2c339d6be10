import json
from dataclasses import replace
from pathlib import Path

import pytest

from molgfn.chem.standardise import standard_mol, standard_smiles
from molgfn.chem.trees.vocabulary import FORMAT, NotCovered, Vocabulary
from molgfn.errors import DataError
from tests.library import default_vocabulary, small_vocabulary


def test_the_default_vocabulary_is_sound() -> None:
    vocabulary = default_vocabulary()
    assert 200 <= len(vocabulary) <= 300
    for block in vocabulary.blocks:
        assert standard_smiles(block.smiles) == block.smiles
        assert sum(atom.GetFormalCharge() for atom in block.mol.GetAtoms()) == 0


def test_joins_are_symmetric_and_of_two_known_environments() -> None:
    vocabulary = small_vocabulary()
    for a, first in enumerate(vocabulary.blocks):
        for b, second in enumerate(vocabulary.blocks):
            for i in range(len(first.stem_atoms)):
                for j in range(len(second.stem_atoms)):
                    assert vocabulary.allows(a, i, b, j) == vocabulary.allows(b, j, a, i)


def test_no_bond_between_two_heteroatoms_that_chemists_would_not_make() -> None:
    vocabulary = default_vocabulary()
    ends = [(n, s) for n, b in enumerate(vocabulary.blocks) for s in range(len(b.stem_atoms))]

    def symbol(end: tuple[int, int]) -> str:
        block = vocabulary.blocks[end[0]]
        return str(block.mol.GetAtomWithIdx(block.stem_atoms[end[1]]).GetSymbol())

    halogens = [e for e in ends if symbol(e) in ("F", "Cl", "Br", "I")]
    hetero = [e for e in ends if symbol(e) in ("N", "O", "S")]
    assert halogens
    assert not any(vocabulary.allows(*h, *x) for h in halogens for x in [*hetero, *halogens])
    assert not any(vocabulary.allows(*x, *y) for x in hetero for y in hetero if symbol(x) == symbol(y) == "O")


def test_saving_and_loading_changes_nothing(tmp_path: Path) -> None:
    vocabulary = small_vocabulary()
    vocabulary.save(tmp_path / "small.json")
    again = Vocabulary.load(tmp_path / "small.json")
    assert again == vocabulary
    assert again.sha256 == vocabulary.sha256


def test_the_digest_is_of_the_content_and_not_of_the_name() -> None:
    vocabulary = small_vocabulary()
    renamed = replace(vocabulary, name="other")
    assert renamed.sha256 == vocabulary.sha256 != vocabulary.sha256_with_name != renamed.sha256_with_name
    assert replace(vocabulary, blocks=vocabulary.blocks[1:]).sha256 != vocabulary.sha256


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("c1ccc2ccc3ccccc3c2c1", "no block c1ccc2c(c1)ccc1ccccc12"),
        ("FN1CCCCC1", "no join of"),
        ("C(c1ccccc1)(c1ccccc1)(c1ccccc1)c1ccccc1", "joins on atom 0 of C"),
    ],
)
def test_says_why_a_molecule_is_not_covered(smiles: str, reason: str) -> None:
    with pytest.raises(NotCovered) as caught:
        default_vocabulary().decompose(standard_mol(smiles))
    assert reason in str(caught.value)


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


GOOD = {"smiles": "c1ccccc1", "stems": [[a, 1] for a in range(6)]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "not a vocabulary"),
        ([1, 2], "no key `format`"),
        ({"blocks": []}, "no key `format`"),
        ({"format": "molgfn-vocabulary-1", "blocks": []}, "an empty vocabulary"),
        ({"format": "molgfn-vocabulary-1", "blocks": [{"smiles": "xyz"}]}, "block 1 (xyz): not a valid SMILES"),
        (
            {"format": "molgfn-vocabulary-1", "blocks": [{"smiles": "C1=CC=CC=C1"}]},
            "block 1 (C1=CC=CC=C1): not in standard form",
        ),
        ({"format": "molgfn-vocabulary-1", "blocks": [GOOD, GOOD]}, "listed twice"),
        (
            {"format": "molgfn-vocabulary-1", "blocks": [GOOD | {"stems": [[9, 1]]}]},
            "stem on atom 9, but its atoms are 0 to 5",
        ),
        ({"format": "molgfn-vocabulary-1", "blocks": [GOOD | {"stems": [[0, 2]]}]}, "2 stems on atom 0"),
        (
            {"format": "molgfn-vocabulary-1", "blocks": [{"smiles": "CC", "stems": [[0, 1], [1, 2]]}]},
            "equivalent atoms",
        ),
        (
            {"format": "molgfn-vocabulary-1", "blocks": [GOOD | {"stems": [[0, 1], [2, 1], [3, 1]]}]},
            "equivalent atoms",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_fault(tmp_path: Path, content: object, message: str) -> None:
    path = write(tmp_path / "broken.json", content)
    with pytest.raises(DataError) as caught:
        Vocabulary.load(path)
    assert message in str(caught.value)
    assert "broken.json" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        Vocabulary.load(tmp_path / "none.json")


def test_reads_the_block_list_format_of_2021(tmp_path: Path) -> None:
    rows = {"0": ("c1ccncc1", [0, 1, 2]), "1": ("c1ccncc1", [2, 0, 1]), "2": ("CO", [0, 1]), "3": ("CO", [1, 0, 0, 0])}
    content = {
        "block_name": {k: f"{s}_{k}" for k, (s, _) in rows.items()},
        "block_smi": {k: s for k, (s, _) in rows.items()},
        "block_r": {k: r for k, (_, r) in rows.items()},
    }
    vocabulary = Vocabulary.load(write(tmp_path / "blocks.json", content))
    assert [b.smiles for b in vocabulary.blocks] == ["c1ccncc1", "CO"]
    pyridine, methanol = vocabulary.blocks
    assert pyridine.stem_atoms == (0, 1, 2, 4, 5)  # closed under the mirror of the ring
    assert dict(zip(methanol.stem_atoms, methanol.multiplicity, strict=True)) == {0: 3, 1: 1}
    assert vocabulary.ambiguous
    assert vocabulary.allows(1, 1, 1, 1)
    with pytest.raises(NotCovered, match="no single tree"):
        vocabulary.decompose(standard_mol("Cc1ccccc1"))


def test_a_wrong_entry_of_a_2021_list_is_named(tmp_path: Path) -> None:
    content = {"block_name": {"0": "x"}, "block_smi": {"0": "CO"}, "block_r": {"0": [7]}}
    with pytest.raises(DataError, match="entry 0 \\(CO\\)"):
        Vocabulary.load(write(tmp_path / "blocks.json", content))


@pytest.mark.parametrize(
    "content",
    [
        {"blocks": [1]},
        {"blocks": 1},
        {"blocks": [None]},
        {"blocks": [{"smiles": "CC", "stems": [1]}]},
        {"blocks": [{"smiles": "CC", "stems": 3}]},
        {"blocks": [{"smiles": "CC", "stems": [[0, 1]]}], "joins": [1]},
        {"blocks": [{"smiles": "CC", "stems": [[0, 1]]}], "joins": 5},
    ],
)
def test_json_of_another_shape_is_told(tmp_path: Path, content: dict[str, object]) -> None:
    (tmp_path / "v.json").write_text(json.dumps({"format": FORMAT} | content))
    with pytest.raises(DataError, match=r"v\.json: not a vocabulary"):
        Vocabulary.load(tmp_path / "v.json")


def test_json_that_is_nested_without_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "v.json").write_text("[" * 100_000)
    with pytest.raises(DataError, match=r"v\.json: not a vocabulary"):
        Vocabulary.load(tmp_path / "v.json")
