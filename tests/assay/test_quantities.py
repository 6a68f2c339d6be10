import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.assay.quantities import PercentError, QuantityError, of_header, quantity_of, scaled


@pytest.mark.parametrize(
    ("value", "unit", "p"),
    [(1e-6, "M", 6), (1, "uM", 6), (1, "µM", 6), (1, "μM", 6), (10, "nM", 8), (0.001, "mM", 6), (5, "pM", 11.301),
     (1, "umol/L", 6), (100, "nmol/l", 7)],
)  # fmt: skip
def test_concentrations_become_p_values_and_turn_bounds_round(value: float, unit: str, p: float) -> None:
    measured, scale, turned = scaled(value, unit, "IC50", False)
    assert (round(measured, 3), scale, turned) == (p, "pIC50", True)


def test_logarithms_and_energies_stay() -> None:
    assert scaled(6.5, "", "Ki", True) == (6.5, "pKi", False)
    assert scaled(6.5, "pEC50", None, False) == (6.5, "pEC50", False)
    assert scaled(-9.0, "kcal/mol", None, False) == (-9.0, "kcal/mol", False)
    assert scaled(-41.84, "kJ/mol", None, False) == (pytest.approx(-10), "kcal/mol", False)
    assert quantity_of("kcal/mol").direction == "minimise"
    assert quantity_of("pKi").direction == "maximise"


@pytest.mark.parametrize(
    ("value", "unit", "is_log", "words"),
    [
        (0.0, "nM", False, "0 nM is not a positive concentration"),
        (-3.0, "uM", False, "-3 uM is not a positive concentration"),
        (1e30, "nM", False, "out of the range"),
        (99.0, "pIC50", False, "out of the range"),
        (5.0, "ug.mL-1", False, "unknown unit 'ug.mL-1'"),
        (5.0, "nm", False, "Did you mean `nM`?"),
        (5.0, "", False, "no unit"),
        (5.0, "nM", True, "beside a type that is a logarithm"),
        (1e9, "kJ/mol", False, "out of the range"),
    ],
)
def test_what_is_no_value_is_refused(value: float, unit: str, is_log: bool, words: str) -> None:
    with pytest.raises(QuantityError, match=words.replace("?", r"\?")):
        scaled(value, unit, "IC50", is_log)


@pytest.mark.parametrize("unit", ["%", "% inhibition", "percent"])
def test_per_cent_is_refused(unit: str) -> None:
    with pytest.raises(PercentError, match="not an affinity"):
        scaled(57, unit, None, False)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("IC50 (nM)", ("IC50", "nM")), ("IC50 [µM]", ("IC50", "µM")), ("Ki_uM", ("Ki", "uM")), ("pIC50", ("pIC50", "")),
        ("EC50 nM", ("EC50", "nM")), ("kd", ("kd", "")), ("Notes", None), ("MW (g/mol)", None), ("", None),
    ],
)  # fmt: skip
def test_headers_may_name_type_and_unit(header: str, found: tuple[str, str] | None) -> None:
    assert of_header(header) == found


@given(st.floats(1e-12, 1e3), st.sampled_from(["M", "mM", "uM", "nM"]))
def test_a_value_in_another_unit_is_the_same_value(value: float, unit: str) -> None:
    factor = {"M": 1e9, "mM": 1e6, "uM": 1e3, "nM": 1.0}[unit]
    try:
        one, other = scaled(value, unit, "Ki", False), scaled(value * factor, "nM", "Ki", False)
    except QuantityError:
        return
    assert one[0] == pytest.approx(other[0], abs=1e-9)
