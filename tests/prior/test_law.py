import numpy as np
import pytest

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts, count_neighbourhoods
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.tables import BlockTables
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.laws.enumeration import Space
from molgfn.prior.growth import Growth
from molgfn.prior.law import LibraryLaw, Nodes, Smoothing
from molgfn.prior.states import LawNodes
from tests.library import default_vocabulary, small_vocabulary
from tests.prior.labelled import LabelledLaw


def few_stems() -> Vocabulary:
    """A ring with two equivalent stems, a linker with two stems on one atom, and two ends."""
    blocks = (
        Block("C1CNCCN1", (2, 5), (1, 1)),
        Block("C=O", (0,), (2,)),
        Block("CC", (0,), (1,)),
        Block("N", (0,), (2,)),
    )
    return Vocabulary("few", blocks, default_vocabulary().joins)


def counted(vocabulary: Vocabulary, molecules: int, max_blocks: int = 6, seed: int = 0) -> NeighbourhoodCounts:
    environment = FragmentEnvironment(vocabulary, 2, max_blocks)
    states = random_states(environment, molecules, np.random.default_rng(seed))
    return count_neighbourhoods((environment.tree(states, row) for row in range(molecules)), vocabulary.blocks)


def law_of(vocabulary: Vocabulary, counts: NeighbourhoodCounts, **smoothing: float) -> LibraryLaw:
    return LibraryLaw(counts, BlockTables.of(vocabulary), Smoothing(**smoothing))


@pytest.fixture(scope="module")
def few() -> tuple[Vocabulary, NeighbourhoodCounts]:
    return few_stems(), counted(few_stems(), 1_000)


def by_formula(environment: FragmentEnvironment, law: LibraryLaw) -> dict[str, tuple[int, float]]:
    """Return for each molecule of a space its number of blocks and W f."""
    nodes, found = LawNodes(environment), {}
    for level in Space(environment).levels:
        if environment.may_stop(level.states).all():
            log_density = law.log_density(nodes(level.states), level.states.length) + level.log_multiplicity
            for name, count, value in zip(level.smiles, level.states.length.tolist(), np.exp(log_density), strict=True):
                found[name] = count, value
    return found


@pytest.mark.parametrize("smoothing", [Smoothing(occupation=0.3), Smoothing(1.3, 0.2, 0.3)])
def test_a_molecule_grows_with_the_probability_n_w_f(few, smoothing):
    vocabulary, counts = few
    environment = FragmentEnvironment(vocabulary, 1, 4)
    expected = by_formula(environment, LibraryLaw(counts, BlockTables.of(vocabulary), smoothing))
    grown = LabelledLaw(vocabulary, counts, smoothing).grown(4)
    assert len(grown) > 30
    assert grown.keys() == expected.keys()
    for name, probability in grown.items():
        blocks, density = expected[name]
        assert probability == pytest.approx(blocks * density, rel=1e-9)


def test_drawn_molecules_have_the_probability_w_f(few):
    vocabulary, counts = few
    law = law_of(vocabulary, counts, uniform=0.05)
    environment = FragmentEnvironment(vocabulary, 2, 4)
    expected = by_formula(environment, law)
    total = sum(density for _, density in expected.values())
    draws = 40_000
    states = Growth(law, 2, 4).draw(draws, np.random.default_rng(1))
    seen = dict.fromkeys(expected, 0)
    for row in range(draws):
        seen[environment.smiles(environment.tree(states, row))] += 1
    frequent = {name: draws * density / total for name, (_, density) in expected.items() if draws * density / total > 5}
    chi_square = sum((seen[name] - mean) ** 2 / mean for name, mean in frequent.items())
    assert len(frequent) > 15
    assert abs(chi_square - len(frequent)) < 5 * np.sqrt(2 * len(frequent))


def test_the_density_is_the_same_from_every_root():
    vocabulary = small_vocabulary()
    law = law_of(vocabulary, counted(vocabulary, 1_200))
    environment = FragmentEnvironment(vocabulary, 2, 6)
    generator = np.random.default_rng(2)
    states = random_states(environment, 100, generator)
    nodes = LawNodes(environment)
    once = law.log_density(nodes(states), states.length)
    assert np.isfinite(once).all()
    for _ in range(5):
        other = environment.states_of([environment.tree(states, row) for row in range(100)], generator)
        assert law.log_density(nodes(other), other.length) == pytest.approx(once, abs=1e-9)


def test_few_molecules_are_counted_by_the_first_order_alone(few):
    vocabulary, _ = few
    assert not law_of(vocabulary, counted(vocabulary, 999)).second_order.any()
    assert law_of(vocabulary, counted(vocabulary, 1_000)).second_order.any()


FOREIGN = "c1cnc([*:1])nc1"
"""A core that the vocabulary does not have."""


def test_a_core_outside_the_vocabulary_has_no_term():
    vocabulary = small_vocabulary()
    law = law_of(vocabulary, counted(vocabulary, 1_200))
    environment = FragmentEnvironment(vocabulary, 2, 3, FOREIGN)
    states = random_states(environment, 50, np.random.default_rng(3))
    nodes = LawNodes(environment)(states)
    grown = states.length - 1
    assert np.bincount(nodes.state, minlength=50).tolist() == grown.tolist()
    # Each block has its join to the core or to another block; only joins to the core are to a stem of no class.
    assert np.bincount(nodes.state[nodes.node[nodes.other < 0]], minlength=50).tolist() == (grown > 0).tolist()
    assert len(nodes.node) == (2 * (grown - 1) + 1)[grown > 0].sum()
    assert np.isfinite(law.log_density(nodes, states.length)).all()


def test_a_block_joined_to_a_stem_of_no_class_has_the_sum_over_all_stems(few):
    # With fewer than 1,000 molecules there is no second order.
    vocabulary = few[0]
    law = law_of(vocabulary, counted(vocabulary, 999), uniform=0.1)
    tables, one = law.tables, np.array([1])
    for number in range(len(vocabulary)):
        for stem, kind in enumerate(tables.kind[number][tables.kind[number] >= 0]):

            def density(other: int, number: int = number, stem: int = stem) -> float:
                zero = np.array([0])
                nodes = Nodes(zero, np.array([number]), zero, np.array([stem]), np.array([other]))
                return float(law.log_density(nodes, one)[0])

            total = sum(
                size * np.exp(density(other) + 0.5 * law.log_join[kind, other])
                for other, size in enumerate(tables.class_size)
                if tables.legal[kind, other]
            )
            assert np.exp(density(-1)) == pytest.approx(total, rel=1e-9)


def test_a_core_that_is_in_the_vocabulary_is_like_its_block():
    vocabulary = small_vocabulary()
    law = law_of(vocabulary, counted(vocabulary, 1_200))
    environment = FragmentEnvironment(vocabulary, 2, 4, "c1ccc([*:1])cc1")
    states = random_states(environment, 50, np.random.default_rng(3))
    plain = FragmentEnvironment(vocabulary, 2, 4)
    trees = [plain.trees(environment.smiles(environment.tree(states, row)))[0] for row in range(50)]
    same = plain.states_of(trees, np.random.default_rng(0))
    one, other = (law.log_density(LawNodes(e)(s), s.length) for e, s in ((environment, states), (plain, same)))
    assert one == pytest.approx(other, abs=1e-9)
