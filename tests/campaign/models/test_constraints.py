"""The constraints of a campaign, and what the library's law gives for them."""

import numpy as np
import pytest

from molgfn.campaign.models.build import CampaignParts
from molgfn.campaign.models.constraints import constraints_of
from molgfn.campaign.models.environment import environment_of
from molgfn.campaign.reward.constraints import LOG_PRIOR, Violation
from molgfn.chem.standardise import parse_smiles
from molgfn.errors import ConfigError
from molgfn.prior.molecules import MoleculeLaw
from tests.campaign.models.test_build import write
from tests.campaign.models.test_prior import written

WINDOW = {"objective.windows.log_prior_per_block": "[-4, inf]"}


def test_only_the_usual_molecules_meet_the_window(tmp_path):
    campaign = written(tmp_path, 1, **WINDOW)
    smiles = [one.smiles for one in CampaignParts(campaign).random_samples(40, 5)]
    law = MoleculeLaw(environment_of(campaign, limited=False))
    constraints = constraints_of(campaign)
    usual = [law.per_block(text) >= -4 for text in smiles]
    assert 0 < sum(usual) < len(smiles)
    for text, one in zip(smiles, usual, strict=True):
        broken = [violation.constraint for violation in constraints.violations(parse_smiles(text))]
        assert (LOG_PRIOR not in broken) == one


def test_what_cannot_be_built_is_not_usual(tmp_path):
    constraints = constraints_of(written(tmp_path, 0, **WINDOW))
    text = f"{LOG_PRIOR} -inf is below -4"
    assert Violation(LOG_PRIOR, text) in constraints.violations(parse_smiles("C1CC2CC1CCC2"))


def test_the_law_of_one_molecule_is_that_of_many(tmp_path):
    environment = environment_of(written(tmp_path, 1))
    smiles = [one.smiles for one in CampaignParts(written(tmp_path, 1)).random_samples(10, 5)]
    law = MoleculeLaw(environment)
    trees = [environment.trees(text)[0] for text in smiles]
    whole, per_block = law.log_priors(trees)
    assert per_block == pytest.approx([law.per_block(text) for text in smiles])
    assert whole / per_block == pytest.approx(np.array([len(tree.blocks) for tree in trees]))


def test_a_vocabulary_without_counts_is_told(tmp_path):
    with pytest.raises(ConfigError, match="log_prior_per_block: the vocabulary small does not say"):
        constraints_of(write(tmp_path, ["objective.windows.log_prior_per_block=[-5, inf]"]))
