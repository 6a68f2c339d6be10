from molgfn.proxy.networks.curves import read_curves, write_curves
from molgfn.proxy.settings import TrainingEpoch


def test_curves_are_read_as_they_were_written(tmp_path):
    epochs = (
        TrainingEpoch(1, 2, 1, 2, 0.5, 0.625),
        TrainingEpoch(1, 2, 2, 2, 0.25, 0.75),
        TrainingEpoch(2, 2, 1, 2, 0.5),
    )
    write_curves(epochs, tmp_path / "curves.csv")
    assert read_curves(tmp_path / "curves.csv") == epochs
    assert read_curves(tmp_path / "none.csv") == ()
