import numpy as np
import pytest

from molgfn.proxy.uncertainty.domain import Domain, fingerprints, fit_domain, least_tested, nearest, nearest_other


def test_the_nearest_is_found() -> None:
    similarity, number = nearest(["CCO", "c1ccccc1"], fingerprints(["CCCCCC", "CCO", "Cc1ccccc1"]))
    assert number.tolist() == [1, 2]
    assert similarity[0] == 1.0
    assert 0 < similarity[1] < 1


def test_the_threshold_is_where_errors_grow() -> None:
    generator = np.random.default_rng(0)
    similarity = generator.uniform(0, 1, 4000)
    error = np.abs(generator.normal(size=4000)) * np.where(similarity < 0.3, 4.0, 1.0)
    domain = fit_domain(similarity, error)
    assert domain.threshold == pytest.approx(0.3, abs=0.02)
    assert domain.verdicts(np.array([0.2, 0.4]), least_tested=0.0) == (False, True)
    assert domain.usual_error == pytest.approx(error.mean())


def test_where_similarity_says_nothing_no_molecule_is_called_inside() -> None:
    generator = np.random.default_rng(0)
    domain = fit_domain(generator.uniform(0, 1, 2000), np.full(2000, 0.5))
    assert not domain.has_threshold
    assert domain.verdicts(np.array([0.05, 0.3, 1.0]), least_tested=0.2) == (False, None, None)


def test_what_was_tested_is_what_nearly_all_training_molecules_have() -> None:
    chains = fingerprints(["C" * n for n in range(2, 102)])
    odd = fingerprints(["O=S(=O)(c1ccccc1)N1CCOCC1"])
    assert (nearest_other(chains, np.arange(100)) >= least_tested(chains)).mean() == 0.99
    assert least_tested([*chains, *odd]) > nearest_other([*chains, *odd], np.array([100]))[0]


def test_it_is_kept_as_json() -> None:
    domain = Domain(threshold=0.31, usual_error=0.5, n=100)
    assert Domain.model_validate_json(domain.model_dump_json()) == domain


def test_no_molecule_is_its_own_neighbour() -> None:
    smiles = ["CCO", "CCN", "c1ccccc1", "CCCO"]
    found = nearest_other(fingerprints(smiles), np.array([0, 2]))
    others = [nearest([smiles[row]], fingerprints([*smiles[:row], *smiles[row + 1 :]]))[0][0] for row in (0, 2)]
    assert found.tolist() == others
