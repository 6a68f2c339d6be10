"""The table of the named targets."""

import re

from molgfn.oracles.docking.receptors import target_names
from molgfn.oracles.docking.target_facts import target_facts


def test_every_bundled_target_has_its_row():
    assert tuple(target_facts()) == target_names()


def test_what_is_known_of_a_target_is_well_formed():
    for facts in target_facts().values():
        assert facts.protein
        assert re.fullmatch(r"|[1-9][0-9A-Z]{3}", facts.pdb)
    codes = [facts.pdb for facts in target_facts().values() if facts.pdb]
    assert len(set(codes)) == len(codes) == 57


def test_proteins_of_other_organisms_are_told():
    others = {name: facts.organism for name, facts in target_facts().items() if facts.organism not in ("human", "")}
    assert others == {"ACHE": "electric ray", "ADRB1": "turkey", "NOS1": "rat", "PTGS2": "mouse", "SRC": "chicken"}
