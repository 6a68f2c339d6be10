from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.properties import property_values
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.limits import LIMITED, lasting_donors
from molgfn.errors import ConfigError
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.laws.enumeration import Space
from molgfn.routes.route import hard_joins
from tests.library import default_vocabulary, small_vocabulary

SIX = ("c1ccccc1", "C1CCCCC1", "C=O", "CO", "N", "c1cn[nH]c1")
ANYTHING = dict.fromkeys(LIMITED, 1e9)


def values(environment: FragmentEnvironment, states, names=LIMITED[:5]) -> np.ndarray:
    smiles = [environment.smiles(environment.tree(states, row)) for row in range(len(states))]
    return np.array([list(property_values(Chem.MolFromSmiles(name), names).values()) for name in smiles])


@pytest.mark.parametrize("core", [None, "O=C(N[*:1])c1ccc([*:2])cc1"])
def test_the_sum_over_the_blocks_is_the_value_of_the_molecule(core: str | None) -> None:
    environment = FragmentEnvironment(default_vocabulary(), 1, 8, core, ANYTHING)
    states = random_states(environment, 150, np.random.default_rng(0))
    summed = 1e9 - environment.limits.room(states)
    found = values(environment, states)
    hard = [hard_joins(environment.tree(states, row), environment.plain_blocks) for row in range(len(states))]
    inside = 0 if core is None else hard_joins(environment.core.tree, environment.core.blocks)
    assert summed[:, 5] == pytest.approx(np.array(hard) - inside, abs=1e-2)
    assert max(hard) > 1
    for k, name in enumerate(LIMITED[:4]):
        assert summed[:, k] == pytest.approx(found[:, k], abs=1e-2), name
    # Of the donors only those count that no join can remove.
    assert (summed[:, 4] <= found[:, 4] + 1e-2).all()
    assert summed[:, 4].max() > 0.5


def test_donors_that_a_join_can_remove_do_not_count() -> None:
    blocks = {block.smiles: block for block in default_vocabulary().blocks}
    assert lasting_donors(blocks["N"]) == 0
    assert lasting_donors(blocks["C1CNCCN1"]) == 0
    assert lasting_donors(blocks["CO"]) == 0
    assert lasting_donors(blocks["c1ccccc1"]) == 0


limits = st.fixed_dictionaries(
    {},
    optional={
        "mw": st.floats(60, 400),
        "heavy_atoms": st.integers(4, 20),
        "rings": st.integers(0, 3),
        "aromatic_rings": st.integers(0, 2),
        "hbd": st.integers(0, 2),
        "hard_joins": st.integers(0, 2),
    },
)


@cache
def properties_without_limits(least: int, core: str | None) -> dict[str, dict[str, float]]:
    space = Space(FragmentEnvironment(small_vocabulary(SIX), least, 3, core))
    environment = space.environment
    found: dict[str, dict[str, float]] = {}
    for level in space.levels:
        if environment.may_stop(level.states).all():
            for row, smiles in enumerate(level.smiles):
                hard = hard_joins(environment.tree(level.states, row), environment.plain_blocks)
                found[smiles] = {**property_values(Chem.MolFromSmiles(smiles), LIMITED[:5]), "hard_joins": hard}
    return found


@settings(max_examples=8)
@given(limits=limits, least=st.integers(1, 3), core=st.sampled_from([None, "c1cc([*:1])ccc1"]))
def test_what_is_left_is_all_that_is_within_the_limits(limits: dict[str, float], least: int, core: str | None) -> None:
    """Nothing else is built, no state is stuck, and every step back leads to a state that is left."""
    within = {
        smiles
        for smiles, values in properties_without_limits(least, core).items()
        if all(values[name] <= high for name, high in limits.items() if name != "hbd")
    }
    try:
        environment = FragmentEnvironment(small_vocabulary(SIX), least, 3, core, limits)
    except ConfigError:
        # With a core this is also told where the core alone is all that is left.
        assert len(within) <= (0 if core is None else 1)
        return
    space = Space(environment)
    built = set(space.molecules())
    assert built <= within
    if "hbd" not in limits:
        assert built == within
    network = FlowNetwork(environment, 8)
    codes = [set(map(environment.marked_codes.identity, _trees(environment, level.states))) for level in space.levels]
    for number, level in enumerate(space.levels):
        network.lay_out(level.states)  # refuses a state without an action
        leaves = environment.leaves(level.states)
        for row, node in zip(*np.nonzero(leaves), strict=True):
            if number:
                before = environment.without(level.states.take(np.array([row])), np.array([node]))
                assert environment.marked_codes.identity(environment.marked_tree(before, 0)) in codes[number - 1]


def _trees(environment: FragmentEnvironment, states):
    return [environment.marked_tree(states, row) for row in range(len(states))]


def test_random_molecules_keep_to_the_limits() -> None:
    highest = {"mw": 300.0, "aromatic_rings": 1, "hbd": 1}
    environment = FragmentEnvironment(default_vocabulary(), 2, 8, limits=highest)
    states = random_states(environment, 200, np.random.default_rng(0))
    found = values(environment, states, ["mw", "aromatic_rings"])
    assert (found <= [300, 1]).all()
    assert found[:, 0].max() > 280
    assert (states.length >= 2).all()


def test_a_molecule_above_a_limit_is_not_covered() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 4, limits={"aromatic_rings": 1})
    assert environment.trees("c1ccc(C2CCCCC2)cc1")
    with pytest.raises(NotCovered, match="aromatic_rings 2 is above 1"):
        environment.trees("c1ccc(-c2ccccc2)cc1")


def test_a_core_above_a_limit_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"\[core\] .*: rings of the core alone is 2, above the 1 of \[objective.wi"):
        FragmentEnvironment(small_vocabulary(), 2, 5, "c1ccc(-c2ccc([*:1])cc2)cc1", {"rings": 1})


@pytest.mark.parametrize(("least", "core"), [(2, None), (1, "c1ccc([*:1])cc1")])
def test_limits_that_leave_nothing_are_refused(least: int, core: str | None) -> None:
    expected = r"no molecule of 2 or more blocks is within the upper limits \(mw 79\)"
    with pytest.raises(ConfigError, match=expected):
        FragmentEnvironment(small_vocabulary(("c1ccccc1", "C1CCCCC1")), least, 4, core, {"mw": 79})
