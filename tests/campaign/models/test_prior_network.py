"""The flow network beside a vocabulary, and campaigns that start from it."""

import pytest

from molgfn.campaign.file.load import load_resolved, resolved_toml
from molgfn.campaign.file.network_file import network_of
from molgfn.campaign.models.build import CampaignParts
from molgfn.campaign.models.prior_network import train_beside
from molgfn.campaign.record.inputs import prepare
from molgfn.campaign.record.run_directory import create_run
from molgfn.errors import ConfigError, DataError
from molgfn.flow.fragments.weights import Weights
from molgfn.progress import SilentProgress
from tests.campaign.models.test_build import write
from tests.campaign.models.test_prior import written
from tests.library import small_vocabulary
from tests.prior.test_prior import with_law

WIDTH = {"sampler.width": 128, "sampler.layers": 1, "vocabulary.max_blocks": 4}


@pytest.fixture(scope="module", autouse=True)
def _few_molecules_for_the_card():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("molgfn.campaign.models.prior_network._DRAWN", 50)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A vocabulary with a law and the network beside it."""
    file = tmp_path_factory.mktemp("vocabulary") / "vocabulary.json"
    with_law(small_vocabulary()).save(file)
    summary = train_beside(file, steps=2, seed=1, device="cpu", progress=SilentProgress())
    return file, summary


def flow_trainer(parts):
    return parts.flow_trainer(lambda smiles: [0.0] * len(smiles), 5)


def test_the_network_lies_beside_the_vocabulary_with_its_card(trained):
    file, summary = trained
    network = network_of(file)
    assert network.name == "vocabulary.flow.safetensors"
    assert summary.startswith(f"{network}: trained for 2 steps")
    facts = Weights.load(network).facts
    assert (facts.max_blocks, facts.width, facts.weight, facts.steps) == (9, 128, 1.0, 2)
    card = network.with_suffix(".md").read_text()
    assert "molgfn vocabulary train vocabulary.json --steps 2" in card
    assert "Total variation" in card


def test_a_campaign_starts_from_the_network_of_its_vocabulary(trained, tmp_path):
    campaign = written(tmp_path, 1, **WIDTH)
    network_of(tmp_path / "vocabulary.json").write_bytes(network_of(trained[0]).read_bytes())
    parts = CampaignParts(campaign)
    assert parts.prior_trainer(1) is None
    flow, kept = flow_trainer(parts), Weights.load(network_of(trained[0]))
    assert flow.network.stem.weight.equal(kept.tensors["stem.weight"])
    assert flow.settings.beta_start == 0.0
    untouched = CampaignParts(written(tmp_path, 1, **WIDTH, **{"prior.network": "false"}))
    assert untouched.prior_trainer(1) is None
    assert not flow_trainer(untouched).network.stem.weight.equal(kept.tensors["stem.weight"])
    assert flow_trainer(untouched).network.ends is None


def test_a_network_that_does_not_fit_is_not_used_and_another_is_trained(trained, tmp_path):
    campaign = written(tmp_path, 0.5)
    network_of(tmp_path / "vocabulary.json").write_bytes(network_of(trained[0]).read_bytes())
    parts = CampaignParts(campaign)
    training = parts.prior_trainer(1)
    training.train(1)
    training.write(tmp_path / "own.safetensors")
    assert Weights.load(tmp_path / "own.safetensors").facts.width == campaign.sampler.width != 128
    flow = parts.flow_trainer(lambda smiles: [0.0] * len(smiles), 5, start=tmp_path / "own.safetensors")
    flow.train(1)


CORE = "c1cnc([*:1])nc1"


def test_a_core_starts_from_the_network_of_the_vocabulary(trained, tmp_path):
    campaign = written(tmp_path, 1, **WIDTH, **{"core.smiles": CORE})
    network_of(tmp_path / "vocabulary.json").write_bytes(network_of(trained[0]).read_bytes())
    parts = CampaignParts(campaign)
    assert parts.prior_trainer(1) is None
    flow = flow_trainer(parts)
    assert flow.start is not None
    flow.train(1)
    assert all("c1cncnc1" in one.blocks for one in parts.random_samples(20, 5))


def test_a_core_without_a_network_trains_one_without_the_core(tmp_path):
    parts = CampaignParts(written(tmp_path, 1, **{"core.smiles": CORE}))
    assert all("c1cncnc1" in one.blocks for one in parts.random_samples(20, 5))
    training = parts.prior_trainer(1)
    assert training.environment.core is None
    training.train(1)
    training.write(tmp_path / "own.safetensors")
    first, again, other = (parts.random_samples(20, seed, tmp_path / "own.safetensors") for seed in (5, 5, 6))
    assert [one.smiles for one in first] == [one.smiles for one in again] != [one.smiles for one in other]
    assert all("c1cncnc1" in one.blocks for one in first)


def test_a_run_keeps_a_copy_of_the_network(trained, tmp_path):
    campaign = written(tmp_path, 1, **WIDTH)
    network_of(tmp_path / "vocabulary.json").write_bytes(network_of(trained[0]).read_bytes())
    run = create_run(tmp_path / "runs", "copied", lambda run: prepare(run, campaign, None, [], []))
    assert (run.inputs / "vocabulary.flow.safetensors").read_bytes() == network_of(trained[0]).read_bytes()
    parts = CampaignParts(load_resolved(run.resolved))
    assert parts.prior_trainer(1) is None


def test_a_damaged_network_is_told(tmp_path):
    campaign = written(tmp_path, 1)
    network_of(tmp_path / "vocabulary.json").write_text("half a file")
    with pytest.raises(DataError, match=r"vocabulary\.flow\.safetensors: not the weights of a flow network"):
        flow_trainer(CampaignParts(campaign))


def test_the_weight_is_1_unless_the_vocabulary_has_no_counts(tmp_path):
    assert write(tmp_path).prior.weight == 0
    with_law(small_vocabulary()).save(tmp_path / "counted.json")
    assert write(tmp_path, ['vocabulary.file="counted.json"']).prior.weight == 1
    assert write(tmp_path, ["prior.weight=1"]).prior.weight == 1


def test_a_run_of_an_earlier_version_goes_on_without_a_prior(tmp_path):
    written(tmp_path, 1)
    lines = resolved_toml(written(tmp_path, 1)).replace("[prior]", "[removed]").split("\n")
    start = lines.index("[removed]")
    earlier = lines[:start] + lines[lines.index("", start) :]
    (tmp_path / "earlier.toml").write_text("\n".join(earlier))
    campaign = load_resolved(tmp_path / "earlier.toml")
    assert (campaign.prior.weight, campaign.prior.network) == (0.0, False)


def test_a_vocabulary_without_counts_cannot_be_trained(tmp_path):
    small_vocabulary().save(tmp_path / "plain.json")
    with pytest.raises(ConfigError, match="does not say how often"):
        train_beside(tmp_path / "plain.json", 1, 1, "cpu", SilentProgress())
