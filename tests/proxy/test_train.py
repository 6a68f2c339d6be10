"""Training: repeatable, indifferent to the order of its data, and able to go on from an earlier proxy."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from molgfn.errors import ConfigError, DataError
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import MIN_MOLECULES, train_proxy

KNOWN = {"unit": "kcal/mol", "direction": "minimise"}


def test_the_same_data_in_any_order_give_the_same_proxy(proxy, smiles, values, tiny):
    order = np.random.default_rng(3).permutation(len(smiles))
    shuffled = [smiles[i] for i in order]
    torch.manual_seed(99)
    again = train_proxy(shuffled, values[order], **KNOWN, settings=tiny, seed=1, name="tiny")
    assert again.info == proxy.info
    assert np.array_equal(again.predict(smiles).mean, proxy.predict(smiles).mean)


def test_training_leaves_the_global_generator_alone(smiles, values, tiny):
    state = torch.random.get_rng_state()
    train_proxy(smiles, values, **KNOWN, settings=tiny, seed=1)
    assert torch.equal(state, torch.random.get_rng_state())


def test_another_seed_gives_another_proxy(proxy, smiles, values, tiny):
    other = train_proxy(smiles, values, **KNOWN, settings=tiny, seed=2)
    assert not np.array_equal(other.predict(smiles).mean, proxy.predict(smiles).mean)


def test_training_learns(smiles, values):
    losses: list[float] = []
    settings = ProxySettings(members=1, width=16, steps=2, epochs=30, batch_size=16)
    trained = train_proxy(
        smiles, values, **KNOWN, settings=settings, seed=0, on_epoch=lambda epoch: losses.append(epoch.loss)
    )
    assert losses[-1] < 0.8 * losses[0]
    assert np.corrcoef(trained.predict(smiles).mean, values)[0, 1] > 0.95


def test_progress_counts_every_epoch_of_every_member(smiles, values, tiny, proxy):
    seen = []
    train_proxy(smiles, values, **KNOWN, settings=tiny, seed=1, on_epoch=seen.append)
    assert [(one.member, one.members, one.epoch, one.epochs) for one in seen] == [
        (member, 2, epoch, 3) for member in (1, 2) for epoch in (1, 2, 3)
    ]
    seen.clear()
    train_proxy(smiles, values - 1, **KNOWN, settings=tiny, seed=1, initial=proxy, on_epoch=seen.append)
    assert [(one.member, one.epochs) for one in seen] == [(1, 2), (1, 2), (2, 2), (2, 2)]


def test_going_on_keeps_scale_and_architecture_and_leaves_the_earlier_proxy_alone(proxy, smiles, values):
    before = proxy.predict(smiles).mean
    settings = ProxySettings(members=7, width=99, fine_tune_epochs=1)
    further = train_proxy(smiles[:40], values[:40] - 1, **KNOWN, settings=settings, seed=5, initial=proxy)
    assert (further.info.members, further.info.architecture) == (2, proxy.info.architecture)
    assert further.info.target_mean == proxy.info.target_mean
    assert np.array_equal(proxy.predict(smiles).mean, before)


def test_going_on_from_few_values_forgets_nothing(proxy, smiles):
    """Trained on six new molecules alone, networks would lose error bars and domain, and much of what they knew."""
    new = ["CCCCCCO", "CCCCCCN", "CCCCCCC#N", "CCCCCCF", "CCCCCCCl", "CCCCCCS"]
    settings = ProxySettings(fine_tune_epochs=2)
    further = train_proxy(new, np.arange(6.0) - 20, **KNOWN, settings=settings, seed=5, initial=proxy)
    assert further.n_train == len(smiles) + 6
    assert set(further.training_molecules.smiles) == {*smiles, *new}
    assert further.info.calibration.n > 20
    assert further.info.domain.n > 20


def test_what_is_measured_again_counts_as_whichever_tautomer(smiles, values, tiny):
    first = train_proxy([*smiles, "Cc1cc[nH]n1"], [*values, -9.0], **KNOWN, settings=tiny, seed=1)
    further = train_proxy(["Cc1ccn[nH]1", smiles[0]], [-5.0, -6.0], **KNOWN, settings=tiny, seed=1, initial=first)
    told = dict(zip(further.training_molecules.smiles, further.training_molecules.values, strict=True))
    assert (told["Cc1ccn[nH]1"], told[smiles[0]], told[smiles[1]]) == (-5.0, -6.0, values[1])
    assert "Cc1cc[nH]n1" not in told


def test_going_on_learns_what_is_new(proxy, smiles, values):
    settings = ProxySettings(fine_tune_epochs=1)
    shifted = values - 2.0
    further = train_proxy(smiles, shifted, **KNOWN, settings=settings, seed=5, initial=proxy)
    before = np.sqrt(np.mean((proxy.predict(smiles).mean - shifted) ** 2))
    assert np.sqrt(np.mean((further.predict(smiles).mean - shifted) ** 2)) < 0.4 * before


def test_half_the_passes_are_enough_for_few_new_values(proxy, smiles, values):
    settings = ProxySettings(fine_tune_epochs=3)
    few = train_proxy(["CCCCCCO"], [-9.0], **KNOWN, settings=settings, seed=5, initial=proxy)
    changed = train_proxy(smiles[:20], values[:20] - 1, **KNOWN, settings=settings, seed=5, initial=proxy)
    assert {one.epochs for one in few.curves} == {2}
    assert {one.epochs for one in changed.curves} == {3}


def test_what_cannot_be_learnt_from_is_refused(proxy, smiles, values, tiny):
    with pytest.raises(DataError, match=f"2 distinct molecules: .* at least {MIN_MOLECULES}"):
        train_proxy(["C", "CC", "C"], [1.0, 2.0, 3.0], **KNOWN, settings=tiny, seed=1)
    with pytest.raises(DataError, match=r"all 83 values are -7\.0"):
        train_proxy(smiles, np.full(len(smiles), -7.0), **KNOWN, settings=tiny, seed=1)
    with pytest.raises(ConfigError, match=r"'tiny' predicts kcal/mol \(minimise\), but .* pIC50 \(maximise\)"):
        train_proxy(smiles, values, unit="pIC50", direction="maximise", settings=tiny, seed=1, initial=proxy)


@pytest.mark.parametrize("wrong", [{"members": 0}, {"width": -1}, {"dropout": 1.0}, {"epoch": 5}, {"learning_rate": 0}])
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValidationError):
        ProxySettings(**wrong)


def test_bounds_teach_what_they_can(smiles, values):
    """Below the median only the bound is known: predictions there must not stay at the bound."""
    settings = ProxySettings(members=1, width=8, steps=2, epochs=4, batch_size=16)
    bound = float(np.median(values))
    below = values < bound
    censored = np.maximum(values, bound)
    told = train_proxy(smiles, censored, **KNOWN, settings=settings, seed=0, sides=-below.astype(int))
    clamped = train_proxy(smiles, censored, **KNOWN, settings=settings, seed=0)
    error = {
        name: np.abs(one.predict(smiles).mean - values)[below].mean()
        for name, one in (("told", told), ("clamped", clamped))
    }
    assert error["told"] < 0.9 * error["clamped"]
    assert told.info.data_sha256 != clamped.info.data_sha256


def test_bounds_of_few_compounds_are_on_their_right_side(proxy, smiles, values):
    """34 compounds, of which 13 were inactive: by transfer from another target only 2 of 13 kept their bound."""
    chosen = np.argsort(values)[:: len(values) // 34][:34]
    truth = -values[chosen]
    bound = np.sort(truth)[13]
    sides = np.where(truth < bound, -1, 0)
    few = [smiles[row] for row in chosen]
    target = {"unit": "pIC50", "direction": "maximise", "settings": ProxySettings(epochs=25), "seed": 1}
    told = train_proxy(few, np.maximum(truth, bound), sides=sides, initial=proxy, transfer=True, **target)
    assert (sides == -1).sum() == 13
    assert (told.predict(few).mean[sides == -1] < bound).sum() >= 10
    assert np.isnan(told.predict(few).std).all()
    assert set(told.neighbours(few).in_domain) == {None}


def test_values_measured_more_often_count_more(smiles, values):
    settings = ProxySettings(members=1, width=8, steps=2, epochs=10, batch_size=16, learning_rate=0.01)
    generator = np.random.default_rng(0)
    often = np.arange(len(smiles)) % 2 == 0
    noisy = values + generator.normal(0, np.where(often, 0.0, 3.0))
    counts = np.where(often, 20.0, 1.0)
    errors = {}
    for name, given in (("counted", counts), ("not", None)):
        trained = train_proxy(smiles, noisy, **KNOWN, settings=settings, seed=0, counts=given)
        errors[name] = np.sqrt(np.mean((trained.predict(smiles).mean - values)[often] ** 2))
    assert errors["counted"] < errors["not"]


def test_bounds_alone_are_refused(smiles, values, tiny):
    with pytest.raises(DataError, match=f"all {len(smiles)} values are bounds"):
        train_proxy(smiles, values, **KNOWN, settings=tiny, seed=1, sides=np.ones(len(smiles), dtype=int))


R, S, E, Z = "C[C@@H](N)CBr", "C[C@H](N)CBr", "C/C=C/Br", "C/C=C\\Br"
POTENCY = {"unit": "pIC50", "direction": "maximise", "seed": 1}
SMALL = {
    "network": ProxySettings(members=1, width=8, steps=1, epochs=3, fine_tune_epochs=1, batch_size=16),
    "forest": ProxySettings(model="forest", trees=20),
}


@pytest.mark.parametrize("model", SMALL)
def test_stereoisomers_are_told_apart_only_by_a_proxy_that_keeps_them(isomers, model):
    data = (list(isomers), list(isomers.values()))
    merged, kept = (train_proxy(*data, **POTENCY, settings=SMALL[model], stereo=how) for how in ("merge", "keep"))
    assert (merged.info.stereo, merged.n_train) == ("merge", len(isomers) // 2)
    assert (kept.info.stereo, kept.n_train) == ("keep", len(isomers))
    r, s, e, z = merged.predict([R, S, E, Z]).mean
    assert (r, e) == (s, z)
    r, s, e, z = kept.predict([R, S, E, Z]).mean
    assert r - s > 0.5
    assert e - z > 0.5


def test_going_on_keeps_what_stereoisomers_are(isomers, proxy, smiles, values, tmp_path):
    start = train_proxy(list(isomers), list(isomers.values()), **POTENCY, settings=SMALL["network"], stereo="keep")
    start.save(tmp_path)
    again = Proxy.load(tmp_path)
    assert np.array_equal(again.predict([R, S]).mean, start.predict([R, S]).mean)
    assert again.training_molecules.stereo == "keep"
    further = train_proxy([R, S], [9.0, 4.0], **POTENCY, settings=SMALL["network"], initial=again)
    assert (further.info.stereo, further.n_train) == ("keep", len(isomers) + 2)
    with pytest.raises(ConfigError) as caught:
        train_proxy(smiles, values, **KNOWN, settings=SMALL["network"], seed=1, initial=proxy, stereo="keep")
    assert str(caught.value) == (
        "proxy 'tiny' takes stereoisomers for one compound: it cannot go on learning with stereo = 'keep'.\n"
        "  Leave that out, or train a new proxy: stereo = 'keep' in its recipe (molgfn proxy train)."
    )
