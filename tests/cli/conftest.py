"""A campaign that is whole and takes seconds: its oracle, in a file beside it, counts heavy atoms."""

from pathlib import Path

import pytest

from tests.library import blocks_without_counts

ORACLE = """import time
from rdkit import Chem
from molgfn.oracles.interfaces import Measurement

class Sizes:
    unit, direction = "points", "maximise"
    def __init__(self, pause_s=0.0):
        self.pause_s = pause_s
    def query(self, compounds):
        for c in compounds:
            time.sleep(self.pause_s)
            yield Measurement(c.compound_id, float(Chem.MolFromSmiles(c.smiles).GetNumHeavyAtoms()))
    def close(self):
        pass
"""

CAMPAIGN = """\
[campaign]
name = "sizes"
rounds = 1
batch_size = 4
proposals = 12
initial = 10

[objective]
best = 40
worst = 10

[oracle]
kind = "python"
factory = "sizes:Sizes"

[vocabulary]
file = "blocks.json"

[proxy]
members = 2
epochs = 1

[sampler]
steps = 2
batch_size = 8
width = 16
layers = 1
"""


def write_campaign(folder: Path, more: str = "") -> Path:
    (folder / "sizes.py").write_text(ORACLE)
    # Without the counts of a library: to train a small flow network on them first would take long.
    (folder / "blocks.json").write_text(blocks_without_counts())
    (folder / "campaign.toml").write_text(CAMPAIGN + more)
    return folder / "campaign.toml"


@pytest.fixture
def campaign_file(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)  # the oracle's folder leaves the search path with the test
    monkeypatch.delitem(__import__("sys").modules, "sizes", raising=False)
    return write_campaign(tmp_path)
