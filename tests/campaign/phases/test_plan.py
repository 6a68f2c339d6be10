import pytest

from molgfn.campaign.phases.plan import PHASE_FUNCTIONS, planned_phases
from molgfn.campaign.record.rows import PHASES
from molgfn.campaign.record.store import Store
from tests.campaign.stand_ins import LineProxy, StandIns, start


def test_without_anything_round_0_measures_random_molecules():
    assert planned_phases(1, proxy=False, data=False) == [(0, phase) for phase in PHASES] + [
        (1, phase) for phase in PHASES
    ]


def test_with_data_round_0_only_learns():
    assert planned_phases(1, proxy=False, data=True) == [(0, "learn")] + [(1, phase) for phase in PHASES]


@pytest.mark.parametrize("data", [True, False])
def test_with_a_proxy_there_is_no_round_0(data):
    assert planned_phases(2, proxy=True, data=data) == [(number, phase) for number in (1, 2) for phase in PHASES]


def test_every_phase_has_a_function():
    assert tuple(PHASE_FUNCTIONS) == PHASES


def test_the_proxy_learns_from_all_that_was_measured_by_id_and_nothing_that_failed(tmp_path):
    taught = []

    class Watched(StandIns):
        def train_proxy(self, smiles, values, **others):
            taught.append((list(smiles), list(values), others["initial"], others["seed"]))
            return super().train_proxy(smiles, values, **others)

    (tmp_path / "data.csv").write_text("smiles,score_kcal_mol\nCCCCO,-3.5\nOCCCC,-4.5\nc1ccccc1,-5\n")
    (tmp_path / "start").mkdir()
    LineProxy(-0.25, -3.0).save(tmp_path / "start")
    run = start(tmp_path, Watched(tmp_path / "asked"), proxy='start = "start"\ndata = "data.csv"')
    with Store.read(run / "campaign.sqlite") as store:
        smiles_of = {row.compound_id: row.smiles for row in store.compounds(status="completed")}
        for number, (smiles, values, initial, _) in enumerate(taught, start=1):
            measured = sorted((row.compound_id, row.value) for row in store.measurements() if row.round <= number)
            assert smiles == ["CCCCO", "c1ccccc1", *(smiles_of[one] for one, _ in measured)]
            assert values == [-4.0, -5.0, *(value for _, value in measured)]
            assert initial == run / ("inputs/proxy" if number == 1 else "checkpoints/round_001/proxy")
    assert taught[0][3] != taught[1][3]


def test_what_is_in_the_initial_data_is_never_asked_about(tmp_path):
    known = "O=C(Nc1ccc(F)cc1)c1ccccc1"
    (tmp_path / "data.csv").write_text(f"smiles,score_kcal_mol\n{known},-30\nc1ccccc1,-5\nCCCCO,-3\n")
    run = start(tmp_path, StandIns(tmp_path / "asked"), proxy='data = "data.csv"')
    with Store.read(run / "campaign.sqlite") as store:
        assert known not in {row.smiles for row in store.compounds()}
