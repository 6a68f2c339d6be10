import json

import pytest

from molgfn.campaign.record.compound_ids import new_prefix, prefix_of_run
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.errors import DataError
from tests.campaign.stand_ins import load


def test_ids_begin_with_the_name_of_the_campaign():
    assert new_prefix("my-lead.v2_x", "", []).startswith("MY-LEAD-V2-X-")


def test_two_campaigns_share_no_ids_even_under_one_name_and_one_campaign_has_the_same_twice():
    given = [
        ("lead", "seed = 1", "a"),
        ("lead", "seed = 2", "a"),
        ("lead", "seed = 1", "b"),
        ("le-ad", "seed = 1", "a"),
    ]
    prefixes = [new_prefix(name, resolved, [digest]) for name, resolved, digest in given]
    assert len(set(prefixes)) == len(given)
    assert new_prefix(*given[0]) == prefixes[0]


def test_a_run_goes_on_with_the_prefix_that_it_began_with(tmp_path):
    campaign, run = load(tmp_path), RunDirectory(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"id_prefix": "LEAD-QQQQ"}))
    assert prefix_of_run(run, campaign) == "LEAD-QQQQ"
    (tmp_path / "manifest.json").write_text(json.dumps({"campaign": "stand-in"}))
    assert prefix_of_run(run, campaign) == "STAND-IN"
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DataError, match=r"manifest.json: cannot be read"):
        prefix_of_run(run, campaign)
