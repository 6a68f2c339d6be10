import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.assay.compounds import MeasuredCompound, merge_readings, replicate_noise
from molgfn.assay.quantities import quantity_of
from molgfn.assay.rows import Reading
from molgfn.assay.structures import Structure
from molgfn.assay.values import Relation

PIC50 = quantity_of("pIC50")


def reading(
    line: int, value: float, relation: Relation = "=", key: str = "A", name: str = "", configuration: str = ""
) -> Reading:
    return Reading(line, name, Structure(f"C{key}", key, configuration, ()), value, relation, "pIC50", "")


def only(*readings: Reading) -> MeasuredCompound:
    compounds, unresolved = merge_readings(readings, PIC50)
    assert not unresolved
    return compounds[0]


def test_replicates_are_averaged_with_their_spread() -> None:
    compound = only(reading(2, 6.0), reading(3, 6.5), reading(4, 7.0))
    assert (compound.value, compound.n, compound.sd, compound.lines) == (6.5, 3, 0.5, (2, 3, 4))
    assert not compound.remarks


def test_a_bound_counts_where_nothing_was_measured() -> None:
    assert only(reading(2, 5.0, "<"), reading(3, 4.0, "<")).value == 4.0
    assert only(reading(2, 8.0, ">"), reading(3, 9.0, ">")).value == 9.0
    mixed = only(reading(2, 5.0, "<"), reading(3, 4.5))
    assert (mixed.value, mixed.relation, mixed.n, mixed.remarks) == (4.5, "=", 1, ())
    assert math.isnan(mixed.sd)


def test_contradictions_are_flagged_beyond_one_log_unit() -> None:
    assert only(reading(2, 5.0), reading(3, 6.01)).remarks == ("replicates from 5.00 to 6.01",)
    assert only(reading(2, 7.0), reading(3, 5.0, "<")).remarks == ("measured 7.00, but also < 5.00",)
    assert only(reading(2, 5.0), reading(3, 7.0, ">")).remarks == ("measured 5.00, but also > 7.00",)
    assert not only(reading(2, 5.0), reading(3, 6.0)).remarks


def test_what_cannot_be_one_compound_is_left_out() -> None:
    readings = [
        reading(2, 5.0, "<"),
        reading(3, 4.0, ">"),
        reading(4, 6, key="B", name="x"),
        reading(5, 6, key="C", name="x"),
    ]
    compounds, unresolved = merge_readings(readings, PIC50)
    assert not compounds
    assert {part.reason: [r.line for r in part.readings] for part in unresolved} == {
        "bounds from both sides": [2, 3],
        "one id, several structures": [4, 5],
    }


@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.sampled_from("=<>"), st.sampled_from("ABC"), st.sampled_from(["", "x", "y"]))
    )
)
def test_every_reading_is_in_one_place(drawn: list[tuple[float, Relation, str, str]]) -> None:
    readings = [reading(line, *words) for line, words in enumerate(drawn, 2)]
    compounds, unresolved = merge_readings(readings, PIC50)
    lines = [line for compound in compounds for line in compound.lines]
    lines += [r.line for part in unresolved for r in part.readings]
    assert sorted(lines) == list(range(2, len(drawn) + 2))


def test_noise_is_that_of_a_single_reading() -> None:
    generator = np.random.default_rng(0)
    readings = [reading(i, generator.normal(i % 200, 0.3), key=str(i % 200)) for i in range(1000)]
    noise = replicate_noise(merge_readings(readings, PIC50)[0])
    assert noise.sd == pytest.approx(0.3, rel=0.05)
    assert (noise.compounds, noise.freedom) == (200, 800)
    assert math.isnan(replicate_noise([only(reading(2, 5.0))]).sd)


def test_stereoisomers_that_differ_are_told_apart_from_replicates_that_do() -> None:
    r, s = (reading(line, value, configuration=drawn) for line, value, drawn in ((2, 8.0, "R"), (3, 5.0, "S")))
    compound = only(r, s)
    assert (compound.configurations, compound.isomers_differ) == (2, True)
    assert compound.remarks[0] == "stereoisomers from 5.00 to 8.00"
    close = only(r, reading(4, 7.5, configuration="S"))
    assert (close.configurations, close.isomers_differ, close.remarks) == (2, False, ())
    assert not only(r, reading(5, 5.0, configuration="R")).isomers_differ
