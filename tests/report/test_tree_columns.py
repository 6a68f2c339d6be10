from pathlib import Path

import numpy as np
import pytest

from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.laws.enumeration import Space
from molgfn.prior.prior import LibraryPrior
from molgfn.report.candidates import candidate_table
from molgfn.report.html import write_report
from molgfn.report.tree_columns import CandidateTrees
from tests.library import small_vocabulary
from tests.prior.test_prior import with_law

SMILES = ["c1ccc(N2CCNCC2)cc1", "c1ccc(-c2ccccc2)cc1", "CCCl"]
BLOCKS = ("c1ccccc1", "C1CNCCN1", "C1CCNCC1", "C", "CC", "C=O", "N", "F", "Cl", "O", "O=[SH2]=O", "c1ccncc1")


@pytest.fixture
def run(make_run, tmp_path: Path) -> Path:
    folder = make_run()
    with_law(small_vocabulary(BLOCKS)).save(tmp_path / "vocabulary.json")
    settings = folder / "campaign.resolved.toml"
    settings.write_text(settings.read_text().replace("vocabulary.json", f"{tmp_path}/vocabulary.json"))
    return folder


def test_it_is_what_the_law_says(run: Path, tmp_path: Path) -> None:
    table = CandidateTrees.of(run, SMILES).log_priors()
    assert list(table.columns) == ["log_prior", "log_prior_per_block"]
    environment = FragmentEnvironment(Vocabulary.load(tmp_path / "vocabulary.json"), 2, 2)
    [level] = [level for level in Space(environment).levels if set(SMILES[:2]) <= set(level.smiles)]
    trees = [environment.tree(level.states, row) for row in range(len(level.states))]
    law = LibraryPrior(environment)(level.states, trees, [environment.codes.identity(tree) for tree in trees])
    first, second = (law[level.smiles.index(smiles)] for smiles in SMILES[:2])
    assert table["log_prior"][0] - table["log_prior"][1] == pytest.approx(first - second)
    assert table["log_prior_per_block"][:2].to_list() == pytest.approx((table["log_prior"][:2] / 2).to_list())
    assert np.isnan(table["log_prior"][2])


def test_it_is_a_column_and_a_plot(run: Path) -> None:
    table = candidate_table(run)
    assert table["log_prior"].notna().any()
    assert "log prior for each block" in write_report(run).read_text()


def test_routes_are_columns_too(make_run) -> None:
    table = CandidateTrees.of(make_run(), ["O=C(Nc1ccccc1)c1ccncc1", "CC[SiH](C)C"]).columns()
    assert table["building_blocks"].to_list() == ["O=C(O)c1ccncc1 | Nc1ccccc1", ""]
    assert table["hard_joins"].isna().to_list() == [False, True]


def test_without_a_law_there_is_neither(make_run) -> None:
    folder = make_run()
    assert candidate_table(folder)["log_prior"].isna().all()
    assert "log prior" not in write_report(folder).read_text()


def test_a_run_whose_vocabulary_is_lost_can_be_read(run: Path, tmp_path: Path) -> None:
    (tmp_path / "vocabulary.json").unlink()
    assert candidate_table(run)["log_prior"].isna().all()
