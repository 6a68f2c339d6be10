"""A flow network that is trained on the prior, and trainings that start from it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from molgfn.bundled import bundled
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import DataError
from molgfn.flow.fragments.local_search import in_random_order
from molgfn.flow.fragments.prior_training import PriorTraining
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer, TrainerSettings
from molgfn.flow.fragments.weights import Facts, Weights
from molgfn.flow.laws.enumeration import Space, total_variation
from molgfn.prior.prior import LibraryPrior
from tests.flow.rewards import log_qed4
from tests.library import default_vocabulary, small_vocabulary
from tests.prior.test_prior import FOUR, prior_law, with_law

STARTED = {"prior_in_policy": True, "beta_start": 0.0, "beta_steps": 0.5, "warm_up": 10, "replay_fraction": 0.0}


@pytest.fixture(scope="module")
def environment() -> FragmentEnvironment:
    return FragmentEnvironment(with_law(small_vocabulary(FOUR)), 1, 3)


@pytest.fixture(scope="module")
def trained(environment: FragmentEnvironment) -> PriorTraining:
    settings = TrainerSettings(steps=150, width=32, learning_rate=2e-2, batch_size=128, replay_fraction=0.0)
    training = PriorTraining(environment, LibraryPrior(environment), settings, seed=0)
    training.train(150)
    return training


def facts(environment: FragmentEnvironment) -> Facts:
    return Facts.of(environment, 32, 1, 1.0, 250)


def test_the_network_has_the_law_of_the_prior(environment: FragmentEnvironment, trained: PriorTraining) -> None:
    space = Space(environment)
    prior = prior_law(space, LibraryPrior(environment), lambda names: np.ones(len(names)))
    assert total_variation(space.policy_law(trained.network), prior) <= 0.1


def test_log_z_is_that_of_the_prior(environment: FragmentEnvironment, trained: PriorTraining) -> None:
    ratios = trained.log_ratios(trained.trajectories(2_000, np.random.default_rng(5)))
    space, prior = Space(environment), LibraryPrior(environment)
    total = 0.0
    for level in space.levels:
        if environment.may_stop(level.states).all():
            trees = [environment.tree(level.states, row) for row in range(len(level.states))]
            total += np.exp(prior(level.states, trees, [environment.codes.identity(t) for t in trees])).sum()
    assert trained.set_log_z(ratios) == pytest.approx(np.log(total), abs=0.03)
    assert np.abs(ratios + trained.network.log_z.item()).mean() < 0.2


def test_the_share_of_a_stop_is_the_prior_over_the_build_multiplicity(environment: FragmentEnvironment) -> None:
    states = random_states(environment, 50, np.random.default_rng(1))
    trees = [environment.tree(states, row) for row in range(50)]
    identities = [environment.codes.identity(tree) for tree in trees]
    multiplicity = [
        environment.log_build_multiplicity(t, i.automorphisms) for t, i in zip(trees, identities, strict=True)
    ]
    for weight in (1.0, 0.5):
        prior = LibraryPrior(environment, weight)
        expected = prior(states, trees, identities) - np.array(multiplicity)
        assert prior.log_share(states) == pytest.approx(expected)


def test_a_training_that_starts_there_needs_fewer_steps(
    environment: FragmentEnvironment, trained: PriorTraining, tmp_path: Path
) -> None:
    file = tmp_path / "network.safetensors"
    Weights.of(trained.network, facts(environment)).save(file)
    assert Weights.load(file).tensors.keys() == trained.network.state_dict().keys()
    space = Space(environment)
    target = prior_law(space, LibraryPrior(environment))
    distance = {}
    for name, start in (("fresh", None), ("started", Weights.load(file))):
        settings = MoleculeSettings(steps=60, width=32, learning_rate=1e-2, batch_size=32, **STARTED)
        trainer = Trainer(environment, log_qed4, settings, 0, prior=LibraryPrior(environment), start=start)
        trainer.train(60)
        distance[name] = total_variation(space.policy_law(trainer.network), target)
    assert distance["started"] <= 0.2
    assert distance["started"] < 0.75 * distance["fresh"]


def test_weights_serve_smaller_molecules_but_no_other_vocabulary(
    environment: FragmentEnvironment, trained: PriorTraining
) -> None:
    own = facts(environment)
    smaller = FragmentEnvironment(environment.vocabulary, 1, 2)
    assert own.serves(facts(smaller))
    assert not own.serves(facts(FragmentEnvironment(environment.vocabulary, 1, 4)))
    assert own.serves(facts(FragmentEnvironment(environment.vocabulary, 1, 3, "c1ccc([*:1])cc1")))
    assert not own.serves(facts(FragmentEnvironment(small_vocabulary(FOUR[:3]), 1, 3)))
    weights = Weights.of(trained.network, own)
    settings = MoleculeSettings(steps=1, width=32, batch_size=8, **STARTED)
    started = Trainer(smaller, log_qed4, settings, 0, prior=LibraryPrior(smaller), start=weights)
    assert started.network.size.weight.tolist() == trained.network.size.weight[:3].tolist()
    started.train(1)


IN_VOCABULARY, FOREIGN = "c1ccc([*:1])cc1", "c1cnc([*:1])nc1"


def test_a_core_of_the_vocabulary_starts_like_its_block(
    environment: FragmentEnvironment, trained: PriorTraining
) -> None:
    weights = Weights.of(trained.network, facts(environment))
    with_core = FragmentEnvironment(environment.vocabulary, 1, 3, IN_VOCABULARY)
    settings = MoleculeSettings(steps=1, width=32, batch_size=8, **STARTED)
    core = Trainer(with_core, log_qed4, settings, 0, prior=LibraryPrior(with_core), start=weights).network
    states = random_states(with_core, 20, np.random.default_rng(6))
    same = States.of_arrays([array.copy() for array in states.arrays()])
    same.blocks[:, 0] = environment.vocabulary.numbers["c1ccccc1"]
    of_core, plain = core(states), trained.network(same)
    # The core has one stem, the block five: compared are the stems that both have.
    names = [list(zip(law.stems.state, law.stems.node, law.stems.stem, strict=True)) for law in (of_core, plain)]
    both = [name for name in names[0] if name in names[1]]
    rows, others = ([of_one.index(name) for name in both] for of_one in names)
    assert len(rows) > 10
    torch.testing.assert_close(of_core.log_class(torch.tensor(rows)), plain.log_class(torch.tensor(others)))
    grown = torch.from_numpy(states.length > 1)
    torch.testing.assert_close(of_core.log_stop[grown], plain.log_stop[grown], atol=0.02, rtol=0)


def test_a_network_without_a_core_is_near_the_prior_with_one(
    environment: FragmentEnvironment, trained: PriorTraining
) -> None:
    weights = Weights.of(trained.network, facts(environment))
    with_core = FragmentEnvironment(environment.vocabulary, 1, 3, IN_VOCABULARY)
    space, prior = Space(with_core), LibraryPrior(with_core)
    target = prior_law(space, prior, lambda names: np.ones(len(names)))
    settings = MoleculeSettings(steps=30, width=32, learning_rate=1e-2, batch_size=32, **STARTED)
    distance = {}
    for name, start in (("fresh", None), ("started", weights)):
        trainer = Trainer(with_core, lambda smiles: np.zeros(len(smiles)), settings, 0, prior=prior, start=start)
        distance[name] = total_variation(space.policy_law(trainer.network), target)
        if start is not None:
            trainer.train(30)
            distance["trained"] = total_variation(space.policy_law(trainer.network), target)
    assert distance["started"] < 0.75 * distance["fresh"]
    assert distance["trained"] < distance["started"]


def test_the_bundled_network_is_near_the_prior_with_a_core() -> None:
    bundled_weights = Weights.load(bundled("data", "vocabulary.flow.safetensors"))
    environment = FragmentEnvironment(default_vocabulary(), 2, 8, "c1c([*:1])sc2c1CCN([*:2])C2")
    prior = LibraryPrior(environment)
    settings = MoleculeSettings(steps=1, **STARTED)
    spread = {}
    for name, start in (("fresh", None), ("started", bundled_weights)):
        network = Trainer(environment, log_qed4, settings, 0, prior=prior, start=start).network
        with torch.no_grad():
            states, _ = network.draw(50, torch.Generator().manual_seed(1))
            along = network.evaluate(states, False)
        log_q = (along.log_pf.sum(1) - along.log_pb.sum(1)).numpy()
        spread[name] = (log_q - prior.log_share(states)).std()
    assert spread["started"] < 0.6 * spread["fresh"]


def test_descriptors_of_another_computer_are_turned(environment: FragmentEnvironment, trained: PriorTraining) -> None:
    weights = Weights.of(trained.network, facts(environment))
    mirrored = dict(weights.tensors)
    for name, tensor in weights.tensors.items():
        if name.endswith("block.descriptors"):
            mirrored[name] = -tensor
        if name.endswith("block.shared"):
            mirrored[name] = -tensor
    with_core = FragmentEnvironment(environment.vocabulary, 1, 3, FOREIGN)
    tables = []
    for start in (weights, Weights(mirrored, weights.facts)):
        settings = MoleculeSettings(steps=1, width=32, batch_size=8, **STARTED)
        network = Trainer(with_core, log_qed4, settings, 0, prior=LibraryPrior(with_core), start=start).network
        tables.append(network.block())
    torch.testing.assert_close(tables[0], tables[1])


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "network.safetensors"
    file.write_bytes(b"half a file")
    with pytest.raises(DataError, match="not the weights of a flow network"):
        Weights.load(file)


def test_training_goes_on_exactly_from_a_checkpoint(environment: FragmentEnvironment, tmp_path: Path) -> None:
    settings = TrainerSettings(steps=6, width=16, batch_size=8, replay_fraction=0.0)
    whole, first, second = (PriorTraining(environment, LibraryPrior(environment), settings, 3) for _ in range(3))
    whole.train(6)
    first.train(3)
    first.save(tmp_path)
    second.load(tmp_path)
    second.train(3)
    assert whole.network.log_z.item() == second.network.log_z.item()


@pytest.mark.parametrize("core", [None, "c1ccc([*:1])cc1"])
def test_another_order_is_the_same_molecule_and_every_order_comes(core: str | None) -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 5, core)
    states = random_states(environment, 30, np.random.default_rng(2))
    again = in_random_order(environment, states, np.random.default_rng(3))
    codes = [[environment.codes.identity(environment.tree(s, row)).code for row in range(30)] for s in (states, again)]
    assert codes[0] == codes[1]
    if core is not None:
        return
    # A chain of three blocks can be built in four orders; by taking leaves away each is equally likely.
    chain = next(states.take(np.array([k])) for k in range(30) if states.length[k] == 3)
    many = in_random_order(environment, chain.take(np.zeros(4_000, dtype=np.int64)), np.random.default_rng(4))
    orders = np.stack([many.blocks[:, :3], many.parent[:, :3]], axis=2).reshape(4_000, -1)
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert counts / 4_000 == pytest.approx([0.25] * 4, abs=0.03)
