from pathlib import Path

import pytest

from molgfn.chem.library.build import build_vocabulary, choose_vocabulary, measure_coverage, take_census
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.errors import DataError
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
    with pytest.raises(DataError, match="none of its 2 lines is a molecule"):
        build_vocabulary(path, tmp_path / "x.json", 10, SilentProgress())


def test_a_library_too_small_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.smi"
    path.write_text("CCO\n")
    with pytest.raises(DataError, match="no join is common enough"):
        build_vocabulary(path, tmp_path / "x.json", 10, SilentProgress())
