import pytest

from molgfn.campaign.file.check import check_inputs
from molgfn.campaign.models.build import CampaignParts
from molgfn.errors import ConfigError
from tests.campaign.models.test_build import write
from tests.library import small_vocabulary
from tests.prior.test_prior import with_law


def written(tmp_path, weight, **changes):
    campaign = write(tmp_path, [f"prior.weight={weight}", *(f"{key}={value}" for key, value in changes.items())])
    with_law(small_vocabulary()).save(tmp_path / "vocabulary.json")
    return campaign


def test_the_prior_reaches_the_training_and_the_first_molecules(tmp_path):
    usual, other = (CampaignParts(written(tmp_path, weight)) for weight in (0, 1))

    def first_loss(parts):
        steps = []
        parts.flow_trainer(lambda smiles: [0.0] * len(smiles), 5).train(1, steps.append)
        return steps[0].loss

    assert first_loss(usual) != first_loss(other)
    assert [one.smiles for one in usual.random_samples(20, 5)] != [one.smiles for one in other.random_samples(20, 5)]
    assert all(one.blocks for one in other.random_samples(20, 5))


def test_with_a_core_the_first_molecules_contain_it(tmp_path):
    parts = CampaignParts(written(tmp_path, 1, **{"core.smiles": "c1ccc([*:1])cc1"}))
    assert all("c1ccccc1" in one.blocks for one in parts.random_samples(20, 5))


def test_a_vocabulary_without_a_law_is_told_before_anything_is_made(tmp_path):
    campaign = write(tmp_path, ["prior.weight=0.5"])
    for opened in (CampaignParts, lambda campaign: list(check_inputs(campaign))):
        with pytest.raises(ConfigError, match=r"\[prior\] weight = 0.5: the vocabulary small does not say how often"):
            opened(campaign)
