import xml.etree.ElementTree as ET

import pytest

from molgfn.report.pictures import structure_picture


@pytest.mark.parametrize(
    "smiles", ["CCO", "O=C(c1cc(Cc2n[nH]c(=O)c3ccccc23)ccc1F)N1CCN(C(=O)C2CC2)CC1", "C", "C[C@H](F)Cl"]
)
def test_a_picture_is_an_svg_element_without_addresses_or_a_ground(smiles):
    svg = structure_picture(smiles)
    root = ET.fromstring(svg)
    assert root.tag == "svg"
    assert root.get("aria-label") == smiles
    assert "http" not in svg
    assert "<rect" not in svg
    assert len(svg) < 40_000


def test_carbon_takes_the_colour_of_the_text_and_others_their_own():
    assert "currentColor" in structure_picture("CCO")
    assert "#000000" not in structure_picture("CCO")
    assert structure_picture("CCO").count("#D65E00") > 0
    assert "#D65E00" not in structure_picture("CCN")


def test_what_cannot_be_read_has_no_picture():
    assert structure_picture("<script>alert(1)</script>") == ""


def test_the_same_molecule_has_the_same_picture():
    assert structure_picture("CCO") == structure_picture("CCO")
