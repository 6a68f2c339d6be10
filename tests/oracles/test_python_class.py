"""A user's own oracle is imported, or the campaign does not start."""

import pytest

from molgfn.errors import ConfigError, OracleError
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


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)  # puts the search path back afterwards
    return tmp_path


def test_a_class_beside_the_campaign_is_called_with_its_options(folder):
    (folder / "good_oracle.py").write_text(GOOD)
    oracle = load_python_oracle("good_oracle:Mine", {"factor": 2.0}, folder)
    assert list(oracle.query([Compound("a", "CCO")])) == [Measurement("a", 6.0)]


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
    ],
)
def test_what_cannot_be_used_is_fatal_and_shown(folder, name, text, options, error, expected):
    if text is not None:
        (folder / f"{name}.py").write_text(text)
    with pytest.raises(error, match=expected) as caught:
        load_python_oracle(f"{name}:Mine", options, folder)
    assert f"oracle {name}:Mine: " in str(caught.value)
