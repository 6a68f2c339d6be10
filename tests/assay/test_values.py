import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.assay.values import CellError, CommaFound, Relation, Value, read_relation, read_value


@pytest.mark.parametrize(
    ("cell", "number", "relation", "unit"),
    [
        ("10", 10, "=", ""), (" 7.5 ", 7.5, "=", ""), (".5", 0.5, "=", ""), ("5.", 5, "=", ""), ("1e-6", 1e-6, "=", ""),
        ("-9.3", -9.3, "=", ""), ("+2", 2, "=", ""), (">10", 10, ">", ""), ("> 10 uM", 10, ">", "uM"),
        ("<=0.1", 0.1, "<", ""), ("≤ 0.1 nM", 0.1, "<", "nM"),
        ("'>10'", 10, ">", ""), ('"5"', 5, "=", ""), ("12 %", 12, "=", "%"), ("3µM", 3, "=", "µM"),
        (">>100", 100, ">", ""), ("≥3", 3, ">", ""),
    ],
)  # fmt: skip
def test_values_are_read_as_people_write_them(cell: str, number: float, relation: Relation, unit: str) -> None:
    assert read_value(cell, None) == Value(number, relation, unit)


@pytest.mark.parametrize("cell", ["", " ", "n.d.", "ND", "n/a", "NaN", "None", "-", "not determined", '""'])
def test_no_value_is_no_error(cell: str) -> None:
    assert read_value(cell, None) is None


@pytest.mark.parametrize("cell", ["active", "10-20", "1.2.3", "1e999", "<>5", "٣", "5 6", "--5"])
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match=r"is not a number|is none of"):
        read_value(cell, None)


def test_a_comma_is_never_guessed() -> None:
    with pytest.raises(CommaFound):
        read_value("1,5", None)
    assert read_value("1,5", "comma") == Value(1.5, "=")
    assert read_value("1,500.5", "point") == Value(1500.5, "=")
    for cell, decimal in (("1,5", "point"), ("1.5", "comma"), ("1.500,5", "comma")):
        with pytest.raises(CellError):
            read_value(cell, decimal)  # type: ignore[arg-type]


def test_relations_have_many_spellings() -> None:
    assert [read_relation(cell) for cell in ("'>'", '"<"', "=", "", "~", ">=", "<<")] == [
        ">",
        "<",
        "=",
        "=",
        "=",
        ">",
        "<",
    ]
    with pytest.raises(CellError, match="none of"):
        read_relation("?")


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", "<", ">"]))
def test_any_number_comes_back(number: float, relation: str) -> None:
    value = read_value(f"{relation}{number!r}", None)
    assert value is not None
    assert value == Value(number, relation or "=")  # type: ignore[arg-type]


@given(st.text(max_size=30), st.sampled_from([None, "point", "comma"]))
def test_any_text_is_a_value_none_or_refused(cell: str, decimal: str | None) -> None:
    try:
        value = read_value(cell, decimal)  # type: ignore[arg-type]
    except (CellError, CommaFound):
        return
    assert value is None or math.isfinite(value.number)


@pytest.mark.parametrize(
    ("cell", "number", "unit", "approximate", "spread"),
    [
        ("3.8 ± 0.4", 3.8, "", False, True),
        ("3.8±0.4 nM", 3.8, "nM", False, True),
        ("3.8 +/- 0.4", 3.8, "", False, True),
        ("3.8 (± 0.4)", 3.8, "", False, True),
        ("3.8 (n=3)", 3.8, "", False, False),
        ("~5 uM", 5, "uM", True, False),
        ("ca. 5", 5, "", True, False),
        ("10\u00a0000", 10_000, "", False, False),
        ("10 000 nM", 10_000, "nM", False, False),
    ],
)
def test_what_stands_around_a_number(cell: str, number: float, unit: str, approximate: bool, spread: bool) -> None:
    assert read_value(cell, None) == Value(number, "=", unit, approximate, spread)


def test_thousands_set_apart_by_blanks_keep_their_bound() -> None:
    assert read_value(">\u00a010\u202f000", None) == Value(10_000, ">")


@pytest.mark.parametrize("cell", ["?", "inactive", "Not Active", "N/A", "-", "not determined", "\u00a0"])
def test_words_for_no_value(cell: str) -> None:
    assert read_value(cell, None) is None


@pytest.mark.parametrize("cell", ["3.8 (0.4)", "10 00", "1 2"])
def test_what_may_mean_two_things_is_no_number(cell: str) -> None:
    with pytest.raises(CellError):
        read_value(cell, None)
