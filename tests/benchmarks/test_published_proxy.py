import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rdkit import Chem

from benchmarks.published_proxy import PublishedProxy, check_reference
from tests.library import library_molecules

Weights = dict[str, NDArray[np.float32]]

SHAPES = {
    "lin0.weight": (64, 71), "lin0.bias": (64,), "conv.root": (64, 64), "conv.bias": (64,),
    "edge_net.0.weight": (128, 4), "edge_net.0.bias": (128,), "edge_net.2.weight": (4096, 128),
    "edge_net.2.bias": (4096,), "gru.weight_ih": (192, 64), "gru.weight_hh": (192, 64), "gru.bias_ih": (192,),
    "gru.bias_hh": (192,), "set2set.weight_ih": (256, 128), "set2set.weight_hh": (256, 64),
    "set2set.bias_ih": (256,), "set2set.bias_hh": (256,), "readout.weight": (1, 128), "readout.bias": (1,),
}  # fmt: skip
MOLECULES = ["C", "CC#N", "FC(F)(F)I", "C[N+](C)(C)CC(=O)[O-]", "c1cc[nH]c1", "CS(=O)(=O)NP(=O)(O)O", "[Pt]", "B(O)O"]


def leaky(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x > 0, x, 0.01 * x)


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))


def features(atom: Chem.Atom) -> NDArray[np.float64]:
    row = np.zeros(71)
    row[["H", "C", "N", "O", "F"].index(atom.GetSymbol()) if atom.GetSymbol() in "HCNOF" else 5] = 1
    row[9] = atom.GetIsAromatic()
    for column, name in ((10, "SP"), (11, "SP2"), (12, "SP3")):
        row[column] = str(atom.GetHybridization()) == name
    row[13] = atom.GetTotalNumHs(True)
    if atom.GetAtomicNum() <= 56:
        row[13 + atom.GetAtomicNum()] = 1
    return row


def plain_score(w: Weights, smiles: str) -> float:
    """The published network word by word, one molecule and one bond at a time, in float64."""
    mol = Chem.MolFromSmiles(smiles)
    h = leaky(np.array([features(atom) for atom in mol.GetAtoms()]) @ w["lin0.weight"].T + w["lin0.bias"])
    for _ in range(12):
        sums, degree = np.zeros_like(h), np.zeros((len(h), 1))
        for bond in mol.GetBonds():
            one_hot = np.array([bond.GetBondTypeAsDouble() == order for order in (1, 2, 3, 1.5)], dtype=float)
            inner = leaky(w["edge_net.0.weight"] @ one_hot + w["edge_net.0.bias"])
            matrix = (w["edge_net.2.weight"] @ inner + w["edge_net.2.bias"]).reshape(64, 64)
            for i, j in ((0, 1), (1, 0)):
                ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
                sums[ends[i]] += h[ends[j]] @ matrix
                degree[ends[i]] += 1
        m = leaky(sums / np.maximum(degree, 1) + h @ w["conv.root"] + w["conv.bias"])
        ri, zi, ni = np.split(m @ w["gru.weight_ih"].T + w["gru.bias_ih"], 3, axis=1)
        rh, zh, nh = np.split(h @ w["gru.weight_hh"].T + w["gru.bias_hh"], 3, axis=1)
        z = sigmoid(zi + zh)
        h = (1 - z) * np.tanh(ni + sigmoid(ri + rh) * nh) + z * h
    hidden, cell, query = np.zeros(64), np.zeros(64), np.zeros(128)
    for _ in range(3):
        gates = w["set2set.weight_ih"] @ query + w["set2set.bias_ih"]
        i, f, g, o = np.split(gates + w["set2set.weight_hh"] @ hidden + w["set2set.bias_hh"], 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        weight = np.exp(h @ hidden)
        query = np.concatenate([hidden, weight @ h / weight.sum()])
    return float((w["readout.weight"] @ query + w["readout.bias"])[0])


@pytest.fixture(scope="module")
def weights() -> Weights:
    generator = np.random.default_rng(0)
    return {
        name: (generator.normal(size=shape) / np.sqrt(shape[-1])).astype(np.float32) for name, shape in SHAPES.items()
    }


@pytest.fixture(scope="module")
def proxy(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> PublishedProxy:
    path = tmp_path_factory.mktemp("weights") / "random.npz"
    np.savez(path, **weights)
    return PublishedProxy(path)


def test_the_fast_pass_is_the_plain_network(proxy: PublishedProxy, weights: Weights) -> None:
    molecules = MOLECULES + library_molecules(12)
    expected = np.array([plain_score(weights, smiles) for smiles in molecules])
    assert expected.std() > 0.03
    assert proxy.scores(molecules) == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_a_score_does_not_depend_on_the_company(proxy: PublishedProxy, smiles: str) -> None:
    company = [*library_molecules(5), smiles, "c1ccccc1"]
    assert proxy.scores([smiles])[0] == pytest.approx(proxy.scores(company)[5], abs=1e-5)


def test_the_reward_has_a_floor(proxy: PublishedProxy) -> None:
    scores, log_reward = proxy.scores(MOLECULES), proxy.log_reward(MOLECULES, 10)
    assert (scores < 0.1).any()
    assert np.exp(log_reward) == pytest.approx((np.maximum(scores, 0.1) / 8) ** 10)


def test_nothing_in_nothing_out(proxy: PublishedProxy) -> None:
    assert proxy.scores([]).shape == (0,)


@pytest.mark.parametrize("text", ["C1CC", ""])
def test_what_cannot_be_read_is_named(proxy: PublishedProxy, text: str) -> None:
    with pytest.raises(ValueError, match=f"not a valid SMILES: {text!r}"):
        proxy.scores(["CCO", text])


def test_the_check_names_the_worst_molecule(proxy: PublishedProxy, tmp_path: Path) -> None:
    names = ["CCO", "c1ccccc1", "CC#N"]
    values = proxy.scores(names) + np.array([0, 0.5, 0.001])
    path = tmp_path / "reference.csv"
    path.write_text("smiles,score\n" + "".join(f"{n},{v}\n" for n, v in zip(names, values, strict=True)))
    with pytest.raises(ValueError, match=r"c1ccccc1 scores .* \(2 of 3 molecules"):
        check_reference(proxy, path)
    assert check_reference(proxy, path, tolerance=1) == pytest.approx(0.5)


def test_it_reproduces_the_published_scores() -> None:
    folder = os.environ.get("MOLGFN_PAPER")
    if folder is None:
        pytest.skip("set MOLGFN_PAPER to the folder with seh_proxy_2021.npz and seh_proxy_2021_reference.csv")
    proxy = PublishedProxy(Path(folder, "seh_proxy_2021.npz"))
    check_reference(proxy, Path(folder, "seh_proxy_2021_reference.csv"))
