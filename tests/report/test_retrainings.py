import json
import re

from molgfn.report.html import write_report
from molgfn.report.reading import read_run
from molgfn.report.retrainings import Change, retrainings

ROW = (
    "INSERT INTO retrainings VALUES ({}, {}, 'proxies/00{}', 'inputs/proxy', '{}', 'maximise', {}, "
    "'<b>lab', 'ab', 'now')"
)
COMPARISON = {
    "molecules": 12,
    "unit": "pIC50",
    "metrics": {
        "spearman": {"before": 0.25, "after": 0.5, "value": 0.25, "low": -0.125, "high": 0.5},
        "rmse": {"before": None, "after": 0.75, "value": None, "low": None, "high": None},
    },
}


def retrained(run, change):
    change(run, ROW.format(1, 1, 1, "pIC50", 1), ROW.format(2, 2, 2, "pKi", 0))
    (run / "proxies" / "001").mkdir(parents=True)
    (run / "proxies" / "001" / "comparison.json").write_text(json.dumps(COMPARISON))


def test_each_retraining_stands_with_what_it_changed(run, change):
    retrained(run, change)
    first, second = retrainings(read_run(run))
    assert (first.folder, first.after_round, first.used, first.molecules) == ("proxies/001", 1, True, 12)
    assert first.changes == (
        Change("Spearman", 0.25, 0.5, 0.25, -0.125, 0.5),
        Change("RMSE", None, 0.75, None, None, None),
    )
    assert (second.used, second.changes) == (False, ())


def test_the_report_shows_them_and_escapes_what_comes_from_files(run, change):
    assert "Retrained on" not in write_report(run).read_text()
    retrained(run, change)
    text = " ".join(re.sub(r"<[^>]*>", " ", write_report(run).read_text()).split())
    assert "proxies/001 : trained on &lt;b&gt;lab after round 1, going on from inputs/proxy ." in text
    assert "Spearman 0.25 0.50 +0.25 [-0.12, +0.50]" in text
    assert "it predicts pKi and is kept beside the proxy of the campaign" in text
    assert "What this has changed is not known: no held-out compound has a value." in text
