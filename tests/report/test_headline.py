import pytest
from rdkit import Chem

from molgfn.report.candidates import rank_compounds
from molgfn.report.headline import headline
from molgfn.report.reading import read_run
from molgfn.report.summary import measured_compounds, summarise_rounds


def said(run):
    data = read_run(run)
    return headline(data, rank_compounds(data), summarise_rounds(data, measured_compounds(data)))


def test_it_says_what_was_asked_and_how_much_was_done(run):
    asked, counted, failed, best, *_ = said(run)
    assert asked == (
        "The campaign parp1-demo designs molecules and scores them by docking to PARP1 in kcal/mol, "
        "lower being better. 1 of 2 rounds are finished."
    )
    assert counted == (
        "16 molecules were proposed and 10 of them sent to the oracle: 8 docked, 1 failed and 1 not answered yet."
    )
    assert failed == "Reasons for failing: timeout (1). A failure never counts as a number."
    data = read_run(run)
    lowest = data.measurements.loc[data.measurements["value"].idxmin()]
    assert best == f"The best docked is {lowest['compound_id']} with {lowest['value']:.2f} kcal/mol."


def set_values(run, change, start, batch):
    change(run, f"UPDATE initial_data SET value = {start}", f"UPDATE measurements SET value = {batch}")


@pytest.mark.parametrize(
    ("start", "batch", "verdict"), [(-8, -9.5, "1.50 kcal/mol better"), (-8, -7, "1.00 kcal/mol worse")]
)
def test_the_last_batch_stands_beside_the_initial_data_whatever_they_are(run, change, start, batch, verdict):
    set_values(run, change, start, batch)
    (mean,) = (sentence for sentence in said(run) if sentence.startswith("Mean docking score"))
    assert mean == (
        f"Mean docking score: {batch:.2f} kcal/mol (n = 4, sd 0.00) in round 2's batch, "
        f"{start:.2f} (n = 30, sd 0.00) in D0, the data that the proxy started from: {verdict}."
    )


def beaten(run):
    (sentence,) = (sentence for sentence in said(run) if "beat its initial data" in sentence)
    return sentence


def test_it_says_plainly_that_the_initial_data_was_not_beaten(run, change):
    set_values(run, change, -9, -8)
    assert beaten(run) == (
        "The campaign did NOT beat its initial data (D0): its best docking score is -8.00 against -9.00, the mean of "
        "its last batch is -8.00 against -9.00 and at equal size its last batch is 1.00 kcal/mol worse."
    )


def test_it_says_in_what_the_initial_data_was_beaten(run, change):
    set_values(run, change, -8, -9)
    assert beaten(run) == (
        "The campaign beat its initial data (D0): its best docking score is -9.00 against -8.00, the mean of "
        "its last batch is -9.00 against -8.00 and at equal size its last batch is 1.00 kcal/mol better."
    )
    change(run, "UPDATE initial_data SET value = -12 WHERE rowid = 1")
    assert "did NOT beat its initial data (D0) in every respect. Not better: its best docking score is -9.00" in beaten(
        run
    )
    assert "Better: the mean of its last batch is" in beaten(run)


def test_equal_is_not_better(run, change):
    set_values(run, change, -8, -8)
    assert "did NOT beat its initial data (D0): its best docking score is -8.00 against -8.00" in beaten(run)


def test_the_best_of_every_round_counts_and_not_of_the_last_alone(run, change):
    set_values(run, change, -9, -8)
    change(run, "UPDATE measurements SET value = -10 WHERE measurement_id = 1")
    assert "Better: its best docking score is -10.00 against -9.00" in beaten(run)


def test_a_lab_measures_and_docking_docks(run):
    path = run / "campaign.resolved.toml"
    assert not any("measured" in sentence for sentence in said(run))
    path.write_text(path.read_text().replace('kind = "docking"', 'kind = "python"'))
    assert any("8 measured" in sentence for sentence in said(run))
    assert not any("dock" in sentence for sentence in said(run))


def test_higher_is_better_where_the_campaign_maximises(make_run, change):
    run = make_run(best=9.0, worst=5.0)
    set_values(run, change, 6, 7)
    assert "higher being better" in said(run)[0]
    assert any(sentence.endswith("1.00 kcal/mol better.") for sentence in said(run))


def test_it_says_so_when_the_batch_is_larger(run, change):
    assert "Docking rewards size; the batch is not larger" in said(run)[-1]
    for smiles in read_run(run).initial_data["smiles"]:
        ring = Chem.MolToSmiles(Chem.MolFromSmiles("c1ccccc1"))
        change(run, f"UPDATE initial_data SET smiles = '{ring}' WHERE smiles = '{smiles}'")
    assert "Docking rewards size, and the batch is larger" in said(run)[-1]
    assert "against 6.0 in D0): part of its score comes from that." in said(run)[-1]


def test_without_initial_data_nothing_is_compared(run, change):
    change(run, "DELETE FROM initial_data")
    assert said(run)[-1].endswith("there is no D0 (initial data) to compare it with.")


def test_initial_data_in_another_unit_are_not_compared(run, change):
    change(run, "UPDATE initial_data SET unit = 'pIC50'")
    assert said(run)[-1].endswith(". D0, the initial data, is in pIC50: the two are not compared.")
    assert "better" not in said(run)[-1]


def test_a_run_that_has_just_begun(make_run):
    assert said(make_run(rounds=0)) == [
        "The campaign parp1-demo designs molecules and scores them by docking to PARP1 in kcal/mol, lower being "
        "better. 0 of 2 rounds are finished.",
        "No molecule is proposed yet.",
    ]


def test_an_own_receptor_and_another_oracle_are_named_as_they_are(run):
    path = run / "campaign.resolved.toml"
    path.write_text(path.read_text().replace('target = "PARP1"', 'receptor = "inputs/R.pdbqt"'))
    assert "by docking to the given receptor in" in said(run)[0]
    path.write_text(path.read_text().replace('kind = "docking"', 'kind = "python"'))
    assert "by its oracle in" in said(run)[0]
    assert not any("size" in sentence for sentence in said(run))
