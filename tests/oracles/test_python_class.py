"""A user's own oracle is imported, or the campaign does not start; whatever it does wrong is told with its name."""

import pytest

from molgfn.errors import ConfigError, OracleError, Stopped
from molgfn.oracles.answers import ask
from molgfn.oracles.interfaces import Compound, Measurement
from molgfn.oracles.python_class import load_python_oracle

GOOD = """
from molgfn.oracles.interfaces import Measurement

class Mine:
    unit, direction = "nM", "minimise"
    def __init__(self, factor=1.0):
        self.factor = factor
    def query(self, compounds):
        for c in compounds:
            yield Measurement(c.compound_id, self.factor * len(c.smiles))
    def close(self):
        pass
"""
COMPOUNDS = [Compound("a", "CCO"), Compound("b", "CCCC")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)  # puts the search path back afterwards
    return tmp_path


def test_a_class_beside_the_campaign_is_called_with_its_options(folder):
    (folder / "good_oracle.py").write_text(GOOD)
    oracle = load_python_oracle("good_oracle:Mine", {"factor": 2.0}, folder)
    assert list(ask(oracle, COMPOUNDS)) == [Measurement("a", 6.0), Measurement("b", 8.0)]
    assert list(ask(oracle, COMPOUNDS[:1])) == [Measurement("a", 6.0)]
    assert list(ask(oracle, [])) == []


def test_the_former_place_of_the_answers_still_works(folder):
    (folder / "old_oracle.py").write_text(GOOD.replace("oracles.interfaces", "oracles.base"))
    oracle = load_python_oracle("old_oracle:Mine", {}, folder)
    assert list(ask(oracle, COMPOUNDS[:1])) == [Measurement("a", 3.0)]


@pytest.mark.parametrize(
    ("name", "text", "options", "error", "expected"),
    [
        (
            "gone_oracle",
            None,
            {},
            OracleError,
            "cannot be imported: ModuleNotFoundError: No module named 'gone_oracle'",
        ),
        ("needs_oracle", "import no_such_package", {}, OracleError, "No module named 'no_such_package'"),
        ("typo_oracle", "class Mine(:", {}, OracleError, "cannot be imported: SyntaxError"),
        ("none_oracle", "x = 1", {}, ConfigError, "none_oracle.py has no Mine"),
        ("options_oracle", GOOD, {"factr": 2}, OracleError, r"Mine\(factr=2\) failed: TypeError"),
        ("half_oracle", "class Mine:\n    unit = 'nM'", {}, ConfigError, "no direction and no query and no close"),
        ("way_oracle", GOOD.replace("minimise", "down"), {}, ConfigError, "direction is 'down'"),
        ("unit_oracle", GOOD.replace('"nM"', "None"), {}, ConfigError, "unit is None"),
    ],
)
def test_what_cannot_be_used_is_fatal_and_shown(folder, name, text, options, error, expected):
    if text is not None:
        (folder / f"{name}.py").write_text(text)
    with pytest.raises(error, match=expected) as caught:
        load_python_oracle(f"{name}:Mine", options, folder)
    assert f"oracle {name}:Mine: " in str(caught.value)


QUERY = """
class Mine:
    unit, direction = "nM", "minimise"
    def query(self, compounds):
        {body}
    def close(self):
        raise RuntimeError("cannot let go")
"""


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("raising", "raise RuntimeError('no licence')", "oracle raising:Mine: query failed: RuntimeError: no licence"),
        ("nothing", "return None", "oracle nothing:Mine: query failed: TypeError: 'NoneType' object is not iterable"),
        ("silent", "return []", "oracle silent:Mine gave no answer for 2 of 2 compounds, the first is a"),
        (
            "bare",
            "return [7.1, 7.2]",
            "oracle bare:Mine answered with 7.1, which is neither a Measurement nor",
        ),
    ],
)
def test_what_a_query_does_wrong_is_an_error_of_the_oracle(folder, name, body, expected):
    (folder / f"{name}.py").write_text(QUERY.format(body=body))
    oracle = load_python_oracle(f"{name}:Mine", {}, folder)
    with pytest.raises(OracleError) as caught:
        list(ask(oracle, COMPOUNDS, f"oracle {name}:Mine"))
    assert str(caught.value).startswith(expected)
    with pytest.raises(OracleError, match="close failed: RuntimeError: cannot let go"):
        oracle.close()


@pytest.mark.parametrize("value", ["'7.1'", "None", "float('nan')", "True", "[7.1]"])
def test_what_is_no_number_is_a_failure(folder, monkeypatch, value):
    monkeypatch.delitem(__import__("sys").modules, "odd_oracle", raising=False)
    (folder / "odd_oracle.py").write_text(GOOD.replace("self.factor * len(c.smiles)", value))
    [answer] = ask(load_python_oracle("odd_oracle:Mine", {}, folder), COMPOUNDS[:1])
    assert answer.code == "not_a_number"
    assert answer.message == f"the oracle gave {eval(value)!r} instead of a number"


@pytest.mark.parametrize("value", ["numpy.float32(2)", "numpy.array(2.0)", "torch.tensor(2.0)", "2"])
def test_numbers_of_other_libraries_are_numbers(folder, monkeypatch, value):
    monkeypatch.delitem(__import__("sys").modules, "number_oracle", raising=False)
    text = "import numpy, torch\n" + GOOD.replace("self.factor * len(c.smiles)", value)
    (folder / "number_oracle.py").write_text(text)
    [answer] = ask(load_python_oracle("number_oracle:Mine", {}, folder), COMPOUNDS[:1])
    assert answer == Measurement("a", 2.0)
    assert type(answer.value) is float


def test_a_request_to_stop_passes_through(folder):
    (folder / "stopped.py").write_text(
        "from molgfn.errors import Stopped\n" + QUERY.format(body="raise Stopped('SIGTERM')")
    )
    with pytest.raises(Stopped):
        list(ask(load_python_oracle("stopped:Mine", {}, folder), COMPOUNDS))
