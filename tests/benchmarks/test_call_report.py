"""Tables and tests of the comparison per oracle call."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.call_report import compared, drawing, main, table


def rows() -> pd.DataFrame:
    made = []
    for method, gain in (("one", 1.0), ("other", 0.0)):
        for seed in range(3):
            for calls in (20, 40):
                value = 5 + gain * (1 + 0.1 * (seed - 1)) + 0.1 * seed + calls / 20
                numbers = {"top_1": value, "top_10": value, "top_100": value, "hits": 3 * gain, "cpu_s": calls}
                facts = {"oracle": "sEH", "together": 1, "noise": 0.0, "planned": 40, "method": method, "seed": seed}
                end = {"auc_zinc": 0.99} if calls == 40 else {}
                made.append(facts | {"calls": calls} | numbers | end)
    return pd.DataFrame(made)


def test_the_table_has_means_over_seeds_after_the_last_call() -> None:
    lines = table(rows()).splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("| sEH | 1 | 0 | 40 | one | 3 | 8.10 | 8.10 | 8.10 | 3 | 0.9900 | 40 |")


def test_methods_are_compared_seed_by_seed_and_by_the_calls_that_they_need() -> None:
    made = {row["column"]: row for row in compared(rows(), "one", "other")}
    assert made["top_100"]["difference"] == pytest.approx(1.0)
    assert made["top_100"]["error"] == pytest.approx(0.1 / 3**0.5)
    # With two of the seeds the first method has after 20 calls what the other one has after 40, else after 40.
    assert (made["top_100"]["calls_for_it"], made["top_100"]["runs_with_it"]) == (pytest.approx(80 / 3), 3)
    back = {row["column"]: row for row in compared(rows(), "other", "one")}
    assert (back["top_100"]["calls_for_it"], back["top_100"]["runs_with_it"]) == (40.0, 0)
    assert "calls_for_it" not in made["auc_zinc"]
    assert list(compared(rows(), "one", "none")) == []


def test_it_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    rows().to_json(file, orient="records", lines=True)
    main([str(file)])
    assert "| one | 3 |" in capsys.readouterr().out
    main([str(file), "--method", "one", "--against", "other"])
    assert {json.loads(line)["column"] for line in capsys.readouterr().out.splitlines()} >= {"top_100", "hits"}
    main([str(file), "--plot", str(tmp_path / "plot.svg")])
    assert (tmp_path / "plot.svg").read_text() == drawing(rows())
