import numpy as np
import pytest

from molgfn.campaign.reward.acquisition import ACQUISITION_KINDS
from molgfn.campaign.reward.best_scores import BestScores
from molgfn.campaign.reward.constraints import Constraints
from molgfn.campaign.reward.objective import acquisition_times_constraints
from molgfn.campaign.reward.scoring import Scoring


class Guess:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std


class Proxy:
    """Predicts numbers by chance, the same for a molecule each time; counts the molecules that it is asked about."""

    def __init__(self, seed=0):
        self.asked, self._seed = 0, seed

    def _values(self, smiles, low, high, shift):
        return np.array([np.random.default_rng([self._seed, len(one), shift]).uniform(low, high) for one in smiles])

    def predict(self, smiles):
        self.asked += len(smiles)
        return Guess(self._values(smiles, -12, -5, 1), self._values(smiles, 0, 1, 2))

    def process(self, smiles):
        return Guess(self._values(smiles, -12, -5, 3), self._values(smiles, 0, 2, 4))


SMILES = ["C" * n for n in range(1, 401)]


def objective(kind, proxy, second_model=True, minimise=True):
    worst, best = (-6.0, -12.0) if minimise else (-12.0, -6.0)
    scoring = Scoring(kind, 0.7, worst=worst, best=best, best_so_far=-9.0, seed=5)
    numbers = {"exponent": 8.0, "floor": 1e-3, "size_correction": 0.1, "second_model": second_model}
    constraints = Constraints({"heavy_atoms": (0, 300)})
    return acquisition_times_constraints(proxy, scoring, constraints, unit="kcal/mol", **numbers)


@pytest.mark.parametrize("minimise", [True, False])
@pytest.mark.parametrize("kind", ACQUISITION_KINDS)
def test_the_best_molecules_of_all_calls_have_exact_scores_and_few_others_are_predicted(kind, minimise):
    proxy = Proxy()
    scored, exact = objective(kind, proxy, minimise=minimise), objective(kind, Proxy(), minimise=minimise)(SMILES)
    assert (scored.bound(SMILES) >= exact - 1e-9).all()
    scores = BestScores(scored, 20)
    given = np.concatenate([scores(SMILES[:150]), scores(SMILES[150:])])
    best = np.argsort(-exact)[:20]
    assert given[best] == pytest.approx(exact[best])
    finite = np.isfinite(given)
    assert given[finite] == pytest.approx(exact[finite])
    assert finite.sum() <= proxy.asked < 300


def test_terms_of_molecules_whose_acquisition_is_too_low_are_not_computed(monkeypatch):
    computed = []
    term = Constraints.log_desirability
    monkeypatch.setattr(Constraints, "log_desirability", lambda self, mol: computed.append(mol) or term(self, mol))
    scored = objective("ucb", Proxy(), second_model=False)
    exact = objective("ucb", Proxy(), second_model=False)(SMILES)
    computed.clear()
    given = BestScores(scored, 5)(SMILES)
    assert len(computed) == np.isfinite(given).sum() < 300
    assert np.sort(given)[-5:] == pytest.approx(np.sort(exact)[-5:])


def test_without_a_second_model_every_molecule_is_predicted():
    proxy = Proxy()
    scored = objective("ucb", proxy, second_model=False)
    assert np.isinf(scored.bound(SMILES)).all()
    assert np.isfinite(BestScores(scored, len(SMILES))(SMILES)).all()
    assert proxy.asked == len(SMILES)
    assert BestScores(scored, 5)([]).shape == (0,)
    assert objective("ucb", proxy).bound([]).shape == (0,)


def test_what_a_search_has_assessed_is_not_predicted_again(monkeypatch):
    proxy = Proxy()
    scored = objective("ucb", proxy)
    first = scored.assess(SMILES[:10])
    assert scored.assess(SMILES[:10]).mean.tolist() == first.mean.tolist()
    assert proxy.asked == 10
    monkeypatch.setattr("molgfn.campaign.reward.objective._MOST_ASSESSED", 5)
    scored.assess(SMILES[8:12])
    assert proxy.asked == 14
