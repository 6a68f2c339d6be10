from collections import Counter
from dataclasses import replace

import pytest

from molgfn.campaign.file.check import _constraints_finding, check_inputs
from molgfn.campaign.models.build import CampaignParts
from molgfn.campaign.models.rehearsal import Rehearsal
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


def test_check_says_which_window_rejects_what_share_of_the_law():
    rehearsal = Rehearsal(True, 2_000, 1_500, Counter(mw=400, clogp=220), 1.0, 0.1, 0.1, 0.1, 0.0, 0.1, 0)
    assert _constraints_finding(rehearsal).found == (
        "1,500 of 2,000 molecules of the library's law meet all constraints; rejected by mw 20.0%, clogp 11.0%"
    )
    nothing = _constraints_finding(replace(rehearsal, meeting=0, broken=Counter(mw=2_000)))
    assert (nothing.level, "rejected by mw 100.0%" in nothing.found) == ("note", True)
    random = replace(rehearsal, of_law=False, sampled=200, meeting=20)
    assert _constraints_finding(random).found == "20 of 200 random molecules meet all constraints"
