from pathlib import Path

import pytest

from molgfn.errors import DataError
from molgfn.routes.stock import Stock, forms_of


def stock(folder: Path, *smiles: str) -> Stock:
    path = folder / "stock.csv"
    path.write_text("name;smiles\n" + "".join(f"c{n};{one}\n" for n, one in enumerate(smiles)))
    return Stock(path)


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ("Brc1ccccc1", "Brc1ccccc1"),
        ("Ic1ccccc1", "Brc1ccccc1"),
        ("Clc1ccncc1", "Brc1ccncc1"),
        ("CC1(C)OB(c2ccccc2)OC1(C)C", "OB(O)c1ccccc1"),
        ("O=C(Cl)c1ccccc1", "O=C(O)c1ccccc1"),
        ("NCc1ccccc1.Cl", "NCc1ccccc1"),
        ("O=C(Cl)c1ccc(I)cc1", "O=C(O)c1ccc(Br)cc1"),
    ],
)
def test_other_forms_of_a_handle_count(tmp_path: Path, there: str, asked: str) -> None:
    assert asked in stock(tmp_path, there, "CCO")


@pytest.mark.parametrize(("there", "asked"), [("Fc1ccccc1", "Brc1ccccc1"), ("Brc1ccccc1", "Clc1ccccc1")])
def test_what_reacts_otherwise_does_not(tmp_path: Path, there: str, asked: str) -> None:
    assert asked not in stock(tmp_path, there)


def test_the_reactant_itself_is_the_first_form() -> None:
    assert next(forms_of("OB(O)c1ccc(Br)cc1")) == "OB(O)c1ccc(Br)cc1"
    assert len(set(forms_of("OB(O)c1ccc(Br)cc1"))) == 6


def test_rows_that_are_no_molecule_are_left_out(tmp_path: Path) -> None:
    assert len(stock(tmp_path, "CCO", "nonsense", "")) == 1
    with pytest.raises(DataError, match="no molecule can be read"):
        stock(tmp_path, "nonsense")
