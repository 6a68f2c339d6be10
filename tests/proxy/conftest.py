"""Small molecules and a tiny trained proxy, shared by the tests of the package."""

from pathlib import Path

import numpy as np
import pytest

from molgfn.chem.standardise import standard_smiles
from molgfn.proxy.data.graphs import featurise_smiles
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.train import ProxySettings, train_proxy

_CORES = ("c1ccccc1{}", "C1CCCCC1{}", "c1ccncc1{}", "C1CCNCC1{}", "O=C(N{})c1ccccc1", "CC(=O){}", "c1ccc2[nH]ccc2c1{}")
_TAILS = ("C", "CC", "CCO", "F", "Cl", "C#N", "N(C)C", "OC", "C(=O)NC", "S(C)(=O)=O", "CCCC", "c1ccccc1")
_ISOMER_TAILS = ("O", "OC", "F", "Cl", "C#N", "N(C)C", "S(C)(=O)=O")
_ISOMERS = {"C[C@@H](N)C{}": 8.0, "C[C@H](N)C{}": 5.0, "C/C=C/{}": 7.0, "C/C=C\\{}": 4.0}
"""R, S, E and Z, of which R and S, E and Z are 3 log units apart."""
TINY = ProxySettings(members=2, width=8, steps=2, epochs=3, fine_tune_epochs=2, batch_size=16)


@pytest.fixture(scope="session")
def smiles() -> list[str]:
    return list(dict.fromkeys(standard_smiles(core.format(tail)) for core in _CORES for tail in _TAILS))


@pytest.fixture(scope="session")
def values(smiles: list[str]) -> np.ndarray:
    """Bigger is better, as in docking, with some noise."""
    noise = np.random.default_rng(0).normal(0, 0.2, len(smiles))
    return -4.0 - 0.25 * featurise_smiles(smiles).n_atoms + noise


@pytest.fixture(scope="session")
def tiny() -> ProxySettings:
    return TINY


@pytest.fixture(scope="session")
def proxy(smiles: list[str], values: np.ndarray) -> Proxy:
    return train_proxy(smiles, values, unit="kcal/mol", direction="minimise", settings=TINY, seed=1, name="tiny")


@pytest.fixture
def table(tmp_path: Path, smiles: list[str], values: np.ndarray) -> Path:
    """A CSV with every kind of row that is left out."""
    rows = [f"{text},completed,{value:.3f}" for text, value in zip(smiles, values, strict=True)]
    rows += ["C1CCCCC1F,completed,-9", "CCC,failed,", "CCCC,pending,-5", "c1cc,completed,-5", "CCN,completed,n.d."]
    path = tmp_path / "table.csv"
    path.write_text("smiles,status,score\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def isomers() -> dict[str, float]:
    """Stereoisomers and their pIC50."""
    pairs = ((core.format(tail), value) for core, value in _ISOMERS.items() for tail in _ISOMER_TAILS)
    return {standard_smiles(text, "keep"): value + 0.01 * len(text) for text, value in pairs}


@pytest.fixture(scope="session")
def keeping(isomers: dict[str, float]) -> Proxy:
    """A forest that keeps stereoisomers apart."""
    settings = ProxySettings(model="forest", trees=20)
    target = {"unit": "pIC50", "direction": "maximise", "name": "keeping", "seed": 1}
    return train_proxy(list(isomers), list(isomers.values()), **target, settings=settings, stereo="keep")
