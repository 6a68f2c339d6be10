from pathlib import Path

import pytest

from molgfn.chem.library.census import take_census
from molgfn.chem.library.choice import choose_vocabulary
from molgfn.chem.library.coverage import measure_coverage
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.errors import ConfigError, DataError
from molgfn.prior.build import build_vocabulary
from molgfn.progress import SilentProgress
from tests.library import library_molecules


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("library") / "collection.smi"
    path.write_text("\n".join([*library_molecules(400), "not_a_molecule", "C[N+](C)(C)C"]))
    return path


def test_builds_a_vocabulary_and_its_card(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.json"
    summary = build_vocabulary(library, out, 60, SilentProgress())
    vocabulary = Vocabulary.load(out)
    assert 50 <= len(vocabulary) <= 60
    assert "line 401: 'not_a_molecule'" in summary
    assert f"{len(vocabulary)} blocks" in summary
    card = out.with_suffix(".md").read_text()
    assert "--size 60`" in card
    assert "## Coverage" in card
    assert "| no block |" in card
    assert "collection.smi" in card


def test_every_stem_can_be_joined_and_sets_are_closed_under_symmetry(library: Path) -> None:
    vocabulary = choose_vocabulary(take_census(library, SilentProgress()), 60, "mine")
    assert vocabulary.joins
    alive = {name for pair in vocabulary.joins for name in pair}
    for block in vocabulary.blocks:
        assert set(block.environments) <= alive
        for p in block.permutations:
            assert [block.multiplicity[i] for i in p] == list(block.multiplicity)


def test_coverage_counts_every_molecule_once(library: Path) -> None:
    census = take_census(library, SilentProgress())
    vocabulary = choose_vocabulary(census, 60, "mine")
    coverage = measure_coverage(census, vocabulary)
    assert coverage.molecules == 401
    assert round(coverage.covered * 401) + sum(coverage.reasons.values()) == 401
    assert coverage.covered <= coverage.curve[100]
    assert list(coverage.curve.values()) == sorted(coverage.curve.values())
    assert not {name for name, _ in coverage.missing} & set(vocabulary.numbers)


def test_a_library_without_molecules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.smi"
    path.write_text("aspirin\nibuprofen\n")
    with pytest.raises(DataError, match="none of its 2 rows is a molecule"):
        build_vocabulary(path, tmp_path / "x.json", 10, SilentProgress())


def test_a_library_too_small_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.smi"
    path.write_text("CCO\n")
    with pytest.raises(DataError, match="no join is common enough"):
        build_vocabulary(path, tmp_path / "x.json", 10, SilentProgress())


DRUGS = ["c1ccc(CNCC)cc1", "CC(=O)Nc1ccccc1", "c1ccc(-c2ccncc2)cc1", "O=C(c1ccccc1)N1CCNCC1"] * 5


def written(kind: str) -> bytes:
    """A library of twenty rows in some form; two rows of each table cannot be read."""
    match kind:
        case "semicolons":
            text = (
                "ID;SMILES;MW\n" + "".join(f"A{n};{name};250,1\n" for n, name in enumerate(DRUGS)) + "B;;1\nC;xyz;1\n"
            )
        case "quote":
            rows = [f'A{n},{name},"note\n' if n == 3 else f"A{n},{name},ok\n" for n, name in enumerate(DRUGS)]
            text = "id,smiles,note\n" + "".join(rows) + "B,xyz,ok\n"
        case "tabs":
            text = "canonical_smiles\tid\n" + "".join(f"{name}\tA\n" for name in DRUGS) + "xyz\tB\nC(\tC\n"
        case _:
            text = "Ligand SMILES,Größe\n" + "".join(f"{name},µ\n" for name in DRUGS) + "xyz,B\nC(,C\n"
    return text.encode({"cp1252": "cp1252", "utf16": "utf-16", "mark": "utf-8-sig"}.get(kind, "utf-8"))


@pytest.mark.parametrize("kind", ["semicolons", "quote", "tabs", "cp1252", "utf16", "mark"])
def test_every_row_is_read_or_listed(tmp_path: Path, kind: str) -> None:
    library = tmp_path / "library.csv"
    library.write_bytes(written(kind))
    out = tmp_path / "mine.json"
    summary = build_vocabulary(library, out, 10, SilentProgress())
    listed = (tmp_path / "mine.rejected.csv").read_text().splitlines()
    assert listed[0] == "line,text,reason"
    assert len(listed) == 1 + 2
    assert "2 rows could not be read, all listed in" in summary
    census = take_census(library, SilentProgress())
    assert len(census.molecules) == (19 if kind == "quote" else 20)
    assert [line for line, *_ in census.rejected] == ([5, 22] if kind == "quote" else [22, 23])
    # Built again, it may replace what it wrote itself.
    library.write_text("\n".join(DRUGS))
    assert "every row could be read" in build_vocabulary(library, out, 10, SilentProgress())
    assert not (tmp_path / "mine.rejected.csv").exists()


def test_a_row_with_a_cell_that_is_too_long_is_told_in_few_words(tmp_path: Path) -> None:
    library = tmp_path / "library.csv"
    rows = [f"A{n},{name},ok" for n, name in enumerate(DRUGS)]
    library.write_text("\n".join(["id,smiles,note", f"A,CCO,{'x' * 200_000}", *rows]))
    summary = build_vocabulary(library, tmp_path / "mine.json", 10, SilentProgress())
    assert "column 3 (note): a cell of more than 131,072 characters, which is the limit" in summary
    assert max(map(len, summary.splitlines())) < 200


@pytest.mark.parametrize(
    ("out", "there", "message"),
    [
        ("lib.smi", None, "would overwrite the library"),
        ("blocks.json", "blocks.md", "blocks.md exists, and was not written by"),
        ("blocks.json", "blocks.json", "blocks.json exists, and was not written by"),
        ("blocks.json", "blocks.rejected.csv", "blocks.rejected.csv exists"),
        ("blocks.md", None, "not the name of a vocabulary file"),
    ],
)
def test_nothing_of_the_users_is_overwritten(tmp_path: Path, out: str, there: str | None, message: str) -> None:
    library = tmp_path / "lib.smi"
    library.write_text("\n".join(DRUGS))
    if there is not None:
        (tmp_path / there).write_text("# my own notes\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ConfigError, match=message):
        build_vocabulary(library, tmp_path / out, 10, SilentProgress())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
