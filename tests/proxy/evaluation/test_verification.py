"""An existing proxy is judged by molecules it was not trained on; those it was trained on stand apart."""

import dataclasses

import pytest

from molgfn.assay.table_import import ReadingOptions
from molgfn.errors import DataError
from molgfn.progress import SilentProgress
from molgfn.proxy.evaluation import bootstrap
from molgfn.proxy.evaluation.verification import verify
from molgfn.proxy.evaluation.verification_text import as_json, as_text
from molgfn.proxy.proxy import Proxy

NEW = [f"{'C' * n}OC1CCCCC1" for n in range(2, 32)]


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 50)


def lab(tmp_path, rows, header="smiles,relation,value,unit"):
    path = tmp_path / "lab.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def judged(proxy, path, **said):
    return verify(proxy, path, ReadingOptions(**said), SilentProgress())


def test_molecules_of_the_training_set_are_judged_apart(proxy, smiles, values, tmp_path):
    rows = [f"{one},=,{-5 - 0.1 * i:.2f},kcal/mol" for i, one in enumerate(NEW)]
    # The salt of a training molecule, drawn otherwise, is the training molecule.
    rows += [f"{smiles[0]}.Cl,=,{values[0]},kcal/mol", f"{smiles[1]},=,{values[1] * 4.184},kJ/mol"]
    found = judged(proxy, lab(tmp_path, rows))
    assert (found.new.molecules, found.trained_on.molecules, found.rows) == (30, 2, 32)
    expected = proxy.predict(NEW).mean - [-5 - 0.1 * i for i in range(30)]
    assert found.new.metrics["mae"].value == pytest.approx(abs(expected).mean(), abs=0.01)
    assert found.new.bars.coverage_90.low <= found.new.bars.coverage_90.value <= 1
    assert found.new.domain.molecules == 30


def test_tautomers_of_training_molecules_are_not_new(proxy, tmp_path):
    trained_on = proxy.training_molecules
    pyrazole = dataclasses.replace(trained_on, smiles=("Cc1cc[nH]n1", *trained_on.smiles[1:]))
    other = Proxy(proxy.info, proxy.ensemble, pyrazole)
    found = judged(other, lab(tmp_path, ["Cc1ccn[nH]1,=,-5,kcal/mol", "CCCO,=,-4,kcal/mol"]))
    assert (found.new.molecules, found.trained_on.molecules) == (1, 1)


def test_bounds_are_met_or_not_and_are_in_no_metric(proxy, tmp_path):
    rows = ["CCCO,<,100,kcal/mol", "CCCCO,>,100,kcal/mol", "CCCCCO,=,-5,kcal/mol"]
    new = judged(proxy, lab(tmp_path, rows)).new
    assert (new.molecules, new.bounds, new.bounds_met) == (1, 2, 1)


def test_a_proxy_that_does_not_tell_its_training_molecules_is_believed_less(proxy, tmp_path):
    path = lab(tmp_path, ["CCCO,=,-5,kcal/mol", "CCCCO,=,-6,kcal/mol"])
    found = judged(Proxy(proxy.info, proxy.ensemble), path)
    assert found.new.domain is None
    assert "does not keep its training molecules: these numbers are too good" in as_text(found)


def test_another_quantity_is_refused(proxy, tmp_path):
    path = lab(tmp_path, ["CCCO,5", "CCCCO,6"], "smiles,Ki (nM)")
    with pytest.raises(DataError) as caught:
        judged(proxy, path)
    assert str(caught.value) == (
        f"{path}: the values are pKi, but proxy 'tiny' predicts kcal/mol.\n"
        "  Give a table of the same quantity. --type reads one endpoint of several, --unit is for rows without one."
    )


def test_a_unit_that_no_assay_has_is_read_from_the_column_named(proxy, tmp_path):
    points = Proxy(proxy.info.model_copy(update={"unit": "points"}), proxy.ensemble, proxy.training_molecules)
    path = lab(tmp_path, ["CCCO,-5", "CCCCO,-6"], "smiles,score")
    with pytest.raises(DataError, match="not a unit of assays: which column is it"):
        judged(points, path)
    with pytest.raises(DataError, match="in nM, but proxy 'tiny' predicts points"):
        judged(points, path, columns={"value": "score"}, unit="nM")
    found = judged(points, path, columns={"value": "score"})
    assert (found.unit, found.new.molecules, found.noise) == ("points", 2, None)


def test_what_is_undefined_is_null_for_programs_and_said_to_people(proxy, tmp_path):
    found = judged(proxy, lab(tmp_path, ["CCCO,=,-5,kcal/mol"]))
    content = as_json(found)
    assert content["new"]["metrics"]["spearman"]["value"] is None
    assert content["noise"]["sd"] is None
    text = as_text(found)
    assert "  Spearman                     undefined" in text
    assert "1 molecule with a value: too few to judge by" in text
    assert "trained on   0 molecules" in text


def test_a_table_is_read_with_stereoisomers_as_the_proxy_has_them(keeping, isomers, tmp_path):
    rows = [f"{text},{value}" for text, value in list(isomers.items())[:20]] + ["C[C@@H](N)CBr,8", "CC(N)CO,6"]
    path = lab(tmp_path, rows, "smiles,pIC50")
    verification = judged(keeping, path)
    # A drawing without configuration is another compound than the two isomers that the proxy was trained on.
    assert (verification.stereo, verification.new.molecules, verification.trained_on.molecules) == ("keep", 2, 20)
    merged = judged(keeping, path, stereo="merge")
    assert (merged.stereo, merged.trained_on.molecules) == ("merge", 0)
    assert as_json(merged)["stereo"] == "merge"
    assert "stereo       stereoisomers are compounds of their own" in as_text(verification)


def test_separately_measured_stereoisomers_can_judge_a_proxy_that_merges_them(proxy, tmp_path):
    path = lab(tmp_path, ["C[C@@H](N)CO,=,-8,kcal/mol", "C[C@H](N)CO,=,-5,kcal/mol"])
    assert judged(proxy, path).new.molecules == 1
    assert judged(proxy, path, stereo="keep").new.molecules == 2
