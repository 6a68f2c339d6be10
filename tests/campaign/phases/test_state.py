from pathlib import Path

import pytest

from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.run_directory import RunDirectory
from tests.campaign.stand_ins import campaign_file


def context(tmp_path, *overrides, **sections):
    campaign = load_campaign(campaign_file(tmp_path, **sections), list(overrides))
    return Context(campaign, RunDirectory(Path("run")), *[None] * 5)


def test_every_phase_of_every_round_of_every_campaign_has_a_seed_of_its_own(tmp_path):
    seeds = {
        one.seed(round_number, phase)
        for one in [context(tmp_path, f"campaign.seed={seed}") for seed in range(4)]
        for round_number in range(20)
        for phase in ("propose", "select", "query", "learn")
    }
    assert len(seeds) == 4 * 20 * 4


def test_seeds_do_not_change_from_version_to_version(tmp_path):
    assert context(tmp_path).seed(1, "propose") == 1369402374


@pytest.mark.parametrize(
    ("name", "oracle", "prefix"),
    [
        ("my-lead", 'target = "HSD11B1"', "HSD11B1"),
        ("my-lead.v2_x", 'kind = "python"\nfactory = "a:B"\nfolder = "."', "MY-LEAD-V2-X"),
    ],
)
def test_runs_of_earlier_versions_keep_their_ids(tmp_path, name, oracle, prefix):
    plan = f'name = "{name}"'
    assert context(tmp_path, campaign=plan, oracle=oracle).id_prefix == prefix
