import numpy as np
import pytest

from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.models.build import CampaignParts
from molgfn.campaign.models.flow import training_objective
from molgfn.errors import ConfigError
from molgfn.flow.fragments.likelihood_trainer import LikelihoodTrainer
from tests.library import small_vocabulary
from tests.prior.test_prior import FOUR, with_law

CAMPAIGN = """
[campaign]
name = "tiny"
[oracle]
kind = "docking"
target = "PARP1"
[vocabulary]
file = "vocabulary.json"
"""


@pytest.fixture
def folder(tmp_path):
    with_law(small_vocabulary(FOUR)).save(tmp_path / "vocabulary.json")
    (tmp_path / "campaign.toml").write_text(CAMPAIGN)
    return tmp_path


@pytest.mark.parametrize(
    ("overrides", "objective"),
    [
        ([], "likelihood"),
        (["prior.weight=2"], "likelihood"),
        (["prior.weight=0"], "TB"),
        (["prior.network=false"], "TB"),
        (["prior.network=false", "sampler.objective=likelihood"], "likelihood"),
        (["core.smiles=c1ccc([*:1])cc1"], "TB"),
        (["sampler.forward_looking=true"], "TB"),
        (["sampler.local_search_fraction=0.25"], "TB"),
        (["sampler.objective=SubTB"], "SubTB"),
    ],
)
def test_auto_is_likelihood_where_it_can_be_used(folder, overrides, objective):
    assert training_objective(load_campaign(folder / "campaign.toml", overrides)) == objective


@pytest.mark.parametrize(
    ("override", "reason"), [("core.smiles=c1ccc([*:1])cc1", "core"), ("prior.weight=0", "weight above 0")]
)
def test_likelihood_without_prior_or_with_a_core_is_refused(folder, override, reason):
    with pytest.raises(ConfigError, match=reason):
        load_campaign(folder / "campaign.toml", ["sampler.objective=likelihood", override])


def test_likelihood_needs_counts(folder):
    small_vocabulary(FOUR).save(folder / "vocabulary.json")
    campaign = load_campaign(folder / "campaign.toml", ["sampler.objective=likelihood"])
    with pytest.raises(ConfigError, match="no counts of a library"):
        CampaignParts(campaign)


def test_a_later_round_starts_with_the_weights_of_the_checkpoint_and_plans_fewer_steps(folder, tmp_path):
    campaign = load_campaign(folder / "campaign.toml", ["vocabulary.max_blocks=3", "sampler.steps=5"])
    parts = CampaignParts(campaign)
    first = parts.flow_trainer(lambda smiles: np.zeros(len(smiles)), 0)
    first.train(2)
    first.save(tmp_path / "flow")
    later = parts.flow_trainer(lambda smiles: np.zeros(len(smiles)), 1, start=tmp_path / "flow")
    assert all(a.equal(b) for a, b in zip(first.network.parameters(), later.network.parameters(), strict=True))
    assert later.network.reward_level.equal(first.network.reward_level)
    assert (later.done, later.replay.size, later.settings.steps) == (0, 0, parts.later_steps()) == (0, 0, 3)


@pytest.mark.parametrize("override", ["sampler.later_rounds=0", "sampler.objective=TB"])
def test_a_later_round_starts_anew_if_asked_or_with_another_objective(folder, override):
    assert CampaignParts(load_campaign(folder / "campaign.toml", [override])).later_steps() == 0


@pytest.mark.parametrize(("given", "rate"), [([], 0.01), (["sampler.learning_rate=0.002"], 0.002)])
def test_a_round_is_trained_by_its_objective(folder, given, rate):
    campaign = load_campaign(folder / "campaign.toml", ["vocabulary.max_blocks=3", *given])
    flow = CampaignParts(campaign).flow_trainer(lambda smiles: np.zeros(len(smiles)), 0)
    assert isinstance(flow, LikelihoodTrainer)
    assert flow.settings.learning_rate == rate
