"""The sources of candidates, on the bundled vocabulary."""

from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from molgfn.bundled import bundled
from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.models.environment import environment_of
from molgfn.campaign.sources.build import sources_of
from molgfn.campaign.sources.genetic import GeneticSource
from molgfn.campaign.sources.library import LibrarySource
from molgfn.campaign.sources.trees import TreeSource
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import ConfigError
from molgfn.prior.prior import LibraryPrior
from molgfn.search.tree_search import SearchSettings

MEASURED = ["O=C(NCc1ccccc1)c1ccco1", "COc1ccc(CN2CCOCC2)cc1", "CC(=O)Nc1ccc(F)cc1"]
CAMPAIGN = """[campaign]
name = "sources"
[oracle]
kind = "python"
factory = "nowhere:Nothing"
[objective]
best = 1.0
worst = 0.0
"""


def nitrogens(smiles):
    """Score by nitrogen atoms: the more the better."""
    return np.array([float(name.upper().count("N")) for name in smiles])


@pytest.fixture(scope="module")
def environment():
    return FragmentEnvironment(Vocabulary.load(bundled("data", "vocabulary.json")), 2, 6)


def names(found):
    return [one.smiles for one in found]


def is_best_first(found):
    scores = nitrogens(names(found))
    return bool(np.all(np.diff(scores) <= 0))


def test_the_tree_search_gives_molecules_of_the_space_best_first(environment):
    settings = SearchSettings(fresh=60, generations=2, children=60, parents=30)
    source = TreeSource(0.5, environment, LibraryPrior(environment), settings)
    found = source.candidates(nitrogens, MEASURED, 10, np.random.default_rng(0))
    assert len(set(names(found))) == len(found) > 60
    assert is_best_first(found)
    for one in found[:10]:
        [tree, *_] = environment.trees(one.smiles)
        assert sorted(one.blocks) == sorted(environment.plain_blocks[block].smiles for block in tree.blocks)
    measured = [*MEASURED, found[0].smiles]
    assert found[0].smiles not in names(source.candidates(nitrogens, measured, 10, np.random.default_rng(0)))
    again = source.candidates(nitrogens, MEASURED, 10, np.random.default_rng(0))
    assert names(again) == names(found)


def test_children_of_the_graph_ga_have_no_blocks_and_come_best_first():
    found = GeneticSource(0.2).candidates(nitrogens, MEASURED, 5, np.random.default_rng(0))
    assert len(set(names(found))) == len(found) > 5
    assert is_best_first(found)
    assert all(one.blocks == () and Chem.MolFromSmiles(one.smiles) is not None for one in found)
    assert GeneticSource(0.2).candidates(nitrogens, [], 5, np.random.default_rng(0)) == []


def test_the_library_gives_its_best_molecules_without_measured_ones_and_rows_that_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr("molgfn.campaign.sources.library.AT_ONCE", 2)
    file = tmp_path / "catalogue.csv"
    file.write_text("id,smiles\n1,CCO\n2,NCCN\n3,not a molecule\n4,NCCNCCN\n5,CCN\n6,NCCN\n7,O=C(NCc1ccccc1)c1ccco1\n")
    found = LibrarySource(0.2, file).candidates(nitrogens, MEASURED, 1, np.random.default_rng(0))
    assert names(found) == ["NCCNCCN", "NCCN", "CCN", "CCO"]


def test_a_campaign_has_the_sources_with_a_share(tmp_path, environment):
    (tmp_path / "catalogue.smi").write_text("CCO\n")
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN)
    assert [source.name for source in sources_of(load_campaign(file), environment)] == ["tree search"]
    file.write_text(CAMPAIGN + '[core]\nsmiles = "c1ccccc1[*:1]"\n')
    assert sources_of(load_campaign(file), environment) == []
    without_counts = FragmentEnvironment(replace(environment.vocabulary, library=None), 2, 6)
    file.write_text(CAMPAIGN)
    assert sources_of(load_campaign(file), without_counts) == []
    more = '[sources]\ntree_search = 0.3\ngraph_ga = 0.1\nlibrary = 0.2\nlibrary_file = "catalogue.smi"\n'
    file.write_text(CAMPAIGN + more)
    campaign = load_campaign(file)
    made = {source.name: source.share for source in sources_of(campaign, environment_of(campaign))}
    assert made == {"library": 0.2, "tree search": 0.3, "graph GA": 0.1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sources]\ntree_search = 0.7\ngraph_ga = 0.6\n", "[sources] tree_search = 0.7\n  with the other shares 1.3"),
        ("[sources]\nlibrary = 0.2\n", "needs library_file"),
    ],
)
def test_shares_that_cannot_be_are_refused(tmp_path, text, told):
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN + text)
    with pytest.raises(ConfigError) as caught:
        load_campaign(file)
    assert told in str(caught.value)


def test_a_source_says_about_how_many_molecules_it_scores(tmp_path, environment):
    asked = []

    def counting(smiles):
        asked.extend(smiles)
        return nitrogens(smiles)

    file = tmp_path / "catalogue.smi"
    file.write_text("CCO\nNCCN\nCCN\n")
    settings = SearchSettings(fresh=60, generations=2, children=60, parents=30)
    for source in (
        TreeSource(0.5, environment, LibraryPrior(environment), settings),
        GeneticSource(0.5),
        LibrarySource(0.5, file),
    ):
        asked.clear()
        source.candidates(counting, MEASURED, 10, np.random.default_rng(0))
        assert 0 < len(asked) <= source.scored(10)
