import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import exact

KEYS = [
    "case", "vocabulary", "max_blocks", "molecules", "objective", "backward_policy", "beta", "seed", "corrected",
    "steps_on_prior", "trajectories", "tv", "jsd", "pearson", "slope", "log_z_error", "cpu_s",
]  # fmt: skip


@pytest.fixture(scope="module")
def listed() -> exact.Listed:
    return exact.Listed.of(exact.Case("12", 2))


def test_a_row_says_how_far_the_law_is(listed: exact.Listed) -> None:
    row = exact.run(exact.Case("12", 2, steps=20, batch_size=32), 0, listed)
    assert list(row) == [*KEYS, "settings"]
    assert row["trajectories"] == 20 * 32
    assert 0 < row["tv"] < 1  # type: ignore[operator]


def test_the_control_is_compared_with_the_law_it_should_land_on(listed: exact.Listed) -> None:
    row = exact.run(exact.Case("12", 2, steps=80, batch_size=32, corrected=False), 0, listed)
    assert row["tv_from_biased_law"] < row["tv"]  # type: ignore[operator]
    assert row["tv_of_biased_law"] == pytest.approx(0.495, abs=0.01)


def test_every_kind_of_space_has_its_cases() -> None:
    for word in ("", "-masks", "-core"):
        assert {f"12-{n}-{name}-beta1-prior{word}" for n in (2, 3) for name in ("TB", "SubTB")} <= set(exact.CASES)
    narrow = exact.Listed.of(exact.CASES["12-2-TB-beta1-prior-masks"])
    assert set(narrow.log_prior) >= set(narrow.log_qed) > {"c1ccncc1"}
    assert "c1ccc(-c2ccccc2)cc1" not in narrow.log_qed


def test_a_training_can_start_from_a_network_of_the_prior() -> None:
    case = exact.Case("12", 2, steps=2, batch_size=16, prior=True, prior_steps=60)
    row = exact.run(case, 0, exact.Listed.of(case))
    unprepared = exact.run(replace(case, prior_steps=0), 0, exact.Listed.of(case))
    assert (row["steps_on_prior"], unprepared["steps_on_prior"]) == (60, 0)
    assert row["tv"] < unprepared["tv"]  # type: ignore[operator]


def test_rows_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    done = tmp_path / "rows.jsonl"
    assert exact.done_before(done) == set()
    done.write_text(json.dumps({"case": "12-2-TB-beta1", "seed": 3}) + "\n")
    assert exact.done_before(done) == {("12-2-TB-beta1", 3)}
