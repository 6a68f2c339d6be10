import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.campaign.file.write import toml_document, toml_value

TEXT = st.text(max_size=20)
scalars = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.dates(date(1000, 1, 1)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=10,
)


@given(values)
def test_a_value_is_one_line_and_is_read_back_as_it_was(value):
    text = toml_value(value)
    assert "\n" not in text
    assert tomllib.loads(f"value = {text}")["value"] == value


@given(st.dictionaries(TEXT, values, max_size=4))
def test_a_document_is_read_back_as_it_was(tables):
    assert tomllib.loads(toml_document(tables)) == tables


@pytest.mark.parametrize("text", ["", 'a "b" \\ c', "é\x7f\x00\t", "line\nline\r\n", "'''", '"""'])
def test_every_text_is_read_back_as_it_was(text):
    assert tomllib.loads(toml_document({"campaign": {"name": text}}))["campaign"]["name"] == text


def test_a_sequence_of_numbers_reads_as_in_a_campaign_file():
    assert toml_value((22.5, 20, -18)) == "[22.5, 20, -18]"
