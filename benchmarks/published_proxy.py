"""The sEH proxy published with Bengio et al. 2021 (arXiv 2106.04399), from its weights alone.

    python benchmarks/published_proxy.py FOLDER

compares it with the scores of the original code and prints how fast it is, features included. Needs two published files
that are not part of this repository: `seh_proxy_2021.npz` (weights by name), `seh_proxy_2021_reference.csv` (columns
`smiles` and `score`: what the original code gives). Written for long benchmark runs on one core: molecules of like size
go through the network as one flat graph, and since its edge network sees nothing but the bond type it is asked four
times in all.
"""

import argparse
import csv
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from made_with import COMMIT
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors
from torch import Tensor
from torch.nn import functional as F

Ints = NDArray[np.int64]

WIDTH, STEPS, READOUT_STEPS = 64, 12, 3
ATOM_FEATURES = 71
_ELEMENTS = (1, 6, 7, 8, 9)
_AROMATIC, _FIRST_HYBRIDISATION, _HYDROGENS, _LAST_NUMBER = 9, 10, 13, 56
# By SMARTS, one call for a molecule: asking each atom costs three times as much.
_HYBRIDISATIONS = tuple(Chem.MolFromSmarts(f"[^{n}]") for n in (1, 2, 3))
_BOND_ORDERS = (1.0, 2.0, 3.0, 1.5)
# Atoms that go through the network together: their states stay in the cache of the core.
_ATOMS_AT_ONCE = 1024


@dataclass(frozen=True)
class FlatGraph:
    """B molecules of V atoms in all, with E directed bonds.

    Attributes
    ----------
    features : array, shape (V, 71)
    n_atoms : array, shape (B,)
    source, target, kind : array, shape (E,)
        Atoms and bond type (single, double, triple, aromatic); `target` rises.
    """

    features: NDArray[np.float32]
    n_atoms: Ints
    source: Ints
    target: Ints
    kind: Ints


def flat_graph(mols: Sequence[Chem.Mol]) -> FlatGraph:
    """Return the graph of some molecules whose hydrogens are implicit."""
    n_atoms = np.array([mol.GetNumAtoms() for mol in mols])
    starts = np.cumsum(n_atoms) - n_atoms
    source, target, kind = _bonds([Chem.GetAdjacencyMatrix(mol, useBO=True) for mol in mols], n_atoms, starts)
    number, hydrogens = _elements(mols, starts)
    features = np.zeros((len(number), ATOM_FEATURES), dtype=np.float32)
    atoms = np.arange(len(number))
    column = np.full(_LAST_NUMBER + 64, len(_ELEMENTS))
    column[list(_ELEMENTS)] = np.arange(len(_ELEMENTS))
    features[atoms, column[number]] = 1
    features[target[kind == 3], _AROMATIC] = 1
    for place, pattern in enumerate(_HYBRIDISATIONS):
        found = [start + atom for mol, start in zip(mols, starts.tolist(), strict=True)
                 for (atom,) in mol.GetSubstructMatches(pattern)]  # fmt: skip
        features[found, _FIRST_HYBRIDISATION + place] = 1
    features[atoms, _HYDROGENS] = hydrogens
    listed = number <= _LAST_NUMBER
    features[atoms[listed], _HYDROGENS + number[listed]] = 1
    return FlatGraph(features, n_atoms, source, target, kind)


def _bonds(matrices: Sequence[NDArray[np.float64]], n_atoms: Ints, starts: Ints) -> tuple[Ints, Ints, Ints]:
    """Return source, target and type of the directed bonds of these matrices of bond orders."""
    orders = np.concatenate([matrix.ravel() for matrix in matrices])
    cells = np.flatnonzero(orders)
    first_cell = np.cumsum(n_atoms**2) - n_atoms**2
    molecule = np.searchsorted(first_cell, cells, side="right") - 1
    row, column = np.divmod(cells - first_cell[molecule], n_atoms[molecule])
    kind = np.select([orders[cells] == order for order in _BOND_ORDERS], range(len(_BOND_ORDERS)), -1)
    if (kind < 0).any():
        raise ValueError("a bond that is neither single, double, triple nor aromatic")
    return column + starts[molecule], row + starts[molecule], kind


def _elements(mols: Sequence[Chem.Mol], starts: Ints) -> tuple[Ints, Ints]:
    """Return atomic number and number of hydrogens of each atom."""
    # The invariants hash both (with degree, charge and ring): one atom of each class is asked for them.
    invariants = np.concatenate([rdMolDescriptors.GetConnectivityInvariants(mol) for mol in mols])
    _, first, inverse = np.unique(invariants, return_index=True, return_inverse=True)
    molecule = np.searchsorted(starts, first, side="right") - 1
    places = zip(molecule.tolist(), (first - starts[molecule]).tolist(), strict=True)
    examples = [mols[m].GetAtomWithIdx(atom) for m, atom in places]
    number = np.array([atom.GetAtomicNum() for atom in examples])
    hydrogens = np.array([atom.GetTotalNumHs() for atom in examples])
    return number[inverse], hydrogens[inverse]


class PublishedProxy:
    """The published network: 71 atom features, 12 gated message steps of width 64, Set2Set readout.

    Parameters
    ----------
    path : Path
        `seh_proxy_2021.npz`.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            weights = {name: torch.from_numpy(stored[name].astype(np.float32)) for name in stored.files}
        self._w = weights
        hidden = F.leaky_relu(weights["edge_net.0.weight"].T + weights["edge_net.0.bias"])
        matrices = hidden @ weights["edge_net.2.weight"].T + weights["edge_net.2.bias"]
        self._matrices = matrices.reshape(len(_BOND_ORDERS), WIDTH, WIDTH)
        # tanh(x) = 2 sigmoid(2x) - 1 is ten times faster than tanh on the CPU: the factor goes into the weights.
        gates, new = slice(2 * WIDTH), slice(2 * WIDTH, None)
        self._gates = [weights[f"gru.weight_{side}"][gates].T.contiguous() for side in ("ih", "hh")]
        self._gates_bias = (weights["gru.bias_ih"] + weights["gru.bias_hh"])[gates]
        self._new = [2 * weights[f"gru.weight_{side}"][new].T.contiguous() for side in ("ih", "hh")]
        self._new_bias = [2 * weights[f"gru.bias_{side}"][new] for side in ("ih", "hh")]

    @torch.inference_mode()
    def scores(self, smiles: Sequence[str]) -> NDArray[np.float64]:
        """Return the score of each molecule, shape (B,).

        Parameters
        ----------
        smiles : sequence of str, length B
            Hydrogens implicit.

        Raises
        ------
        ValueError
            If a SMILES cannot be read; the message names it.
        """
        mols = [Chem.MolFromSmiles(s) for s in smiles]
        for text, mol in zip(smiles, mols, strict=True):
            if mol is None or not mol.GetNumAtoms():
                raise ValueError(f"not a valid SMILES: {text!r}")
        n_atoms = np.array([mol.GetNumAtoms() for mol in mols], dtype=np.int64)
        order = np.argsort(n_atoms, kind="stable")
        chunk = np.cumsum(n_atoms[order]) // _ATOMS_AT_ONCE
        result = np.empty(len(mols))
        for rows in np.split(order, np.flatnonzero(np.diff(chunk)) + 1) if len(order) else []:
            graph = flat_graph([mols[row] for row in rows])
            result[rows] = self._read(self._atom_states(graph), graph.n_atoms).numpy()
        return result

    def log_reward(self, smiles: Sequence[str], exponent: float) -> NDArray[np.float64]:
        """Return log (max(s, 0.1) / 8)^exponent of each molecule, shape (B,)."""
        return exponent * np.log(np.maximum(self.scores(smiles), 0.1) / 8)

    def _atom_states(self, graph: FlatGraph) -> Tensor:
        """Return what the atoms know after all messages, shape (V, 64)."""
        n = len(graph.features)
        # An atom sends one message by all its bonds of a type: computed once, whoever receives it.
        sends = np.zeros((len(_BOND_ORDERS), n), dtype=np.bool_)
        sends[graph.kind, graph.source] = True
        number = np.cumsum(sends.ravel()) - 1
        sender = torch.from_numpy(np.nonzero(sends)[1])
        per_type = sends.sum(axis=1).tolist()
        degree = np.bincount(graph.target, minlength=n)
        message = torch.from_numpy(number[graph.kind * n + graph.source])
        share = torch.from_numpy((1 / degree[graph.target]).astype(np.float32))
        bags = torch.from_numpy(np.cumsum(degree) - degree)
        w = self._w
        state = F.leaky_relu(F.linear(torch.from_numpy(graph.features), w["lin0.weight"], w["lin0.bias"]))
        sent = torch.empty(len(sender), WIDTH)
        for _ in range(STEPS):
            senders = torch.split(state[sender], per_type)
            for states, matrix, out in zip(senders, self._matrices, torch.split(sent, per_type), strict=True):
                torch.mm(states, matrix, out=out)
            received = F.embedding_bag(message, sent, bags, mode="sum", per_sample_weights=share)
            received += w["conv.bias"]
            state = self._update(F.leaky_relu_(received.addmm_(state, w["conv.root"])), state)
        return state

    def _update(self, message: Tensor, state: Tensor) -> Tensor:
        """Return the next states by the gated recurrent unit, shape (V, 64)."""
        gates = torch.addmm(self._gates_bias, message, self._gates[0]).addmm_(state, self._gates[1]).sigmoid_()
        reset, keep = gates[:, :WIDTH], gates[:, WIDTH:]
        new = torch.addmm(self._new_bias[0], message, self._new[0])
        new.addcmul_(reset, torch.addmm(self._new_bias[1], state, self._new[1]))
        return torch.lerp(new.sigmoid_().mul_(2).sub_(1), state, keep)

    def _read(self, states: Tensor, n_atoms: Ints) -> Tensor:
        """Return the scores by Set2Set (Vinyals et al. 2016) and the last layer, shape (B,)."""
        w = self._w
        absent = torch.from_numpy(np.arange(n_atoms.max()) >= n_atoms[:, None])
        padded = states.new_zeros(*absent.shape, WIDTH)
        padded[~absent] = states
        hidden, cell = states.new_zeros(2, len(n_atoms), WIDTH)
        query = states.new_zeros(len(n_atoms), 2 * WIDTH)
        for _ in range(READOUT_STEPS):
            gates = F.linear(query, w["set2set.weight_ih"], w["set2set.bias_ih"])
            gates += F.linear(hidden, w["set2set.weight_hh"], w["set2set.bias_hh"])
            let_in, forget, new, let_out = gates.chunk(4, dim=1)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(let_in) * torch.tanh(new)
            hidden = torch.sigmoid(let_out) * torch.tanh(cell)
            energy = (padded @ hidden[:, :, None])[:, :, 0].masked_fill_(absent, -torch.inf)
            attended = (torch.softmax(energy, dim=1)[:, None] @ padded)[:, 0]
            query = torch.cat([hidden, attended], dim=1)
        return F.linear(query, w["readout.weight"], w["readout.bias"])[:, 0]


def _reference(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_reference(proxy: PublishedProxy, path: Path, tolerance: float = 1e-4) -> float:
    """Compare with the scores of the original code, return the largest difference.

    Parameters
    ----------
    proxy : PublishedProxy
    path : Path
        `seh_proxy_2021_reference.csv`.
    tolerance : float

    Raises
    ------
    ValueError
        If a score is off by more than `tolerance`; the message names the molecule that is farthest off.
    """
    rows = _reference(path)
    expected = np.array([float(row["score"]) for row in rows])
    found = proxy.scores([row["smiles"] for row in rows])
    error = np.abs(found - expected)
    worst = int(error.argmax())
    if not error[worst] <= tolerance:
        raise ValueError(
            f"{path}: {rows[worst]['smiles']} scores {found[worst]:.6f} instead of {expected[worst]:.6f} "
            f"({(error > tolerance).sum()} of {len(rows)} molecules are off by more than {tolerance:g})"
        )
    return float(error[worst])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where both published files are")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    proxy = PublishedProxy(arguments.folder / "seh_proxy_2021.npz")
    reference = arguments.folder / "seh_proxy_2021_reference.csv"
    error = check_reference(proxy, reference)
    smiles = [row["smiles"] for row in _reference(reference)]
    started = time.process_time()
    for _ in range(arguments.repeats):
        proxy.scores(smiles)
    cpu_s = (time.process_time() - started) / arguments.repeats
    facts = {
        "command": "python benchmarks/published_proxy.py FOLDER",
        "commit": COMMIT,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "rdkit", "numpy")},
        "molecules": len(smiles),
        "heavy_atoms_mean": float(np.mean([Chem.MolFromSmiles(s).GetNumAtoms() for s in smiles])),
        "largest_error": error,
        "molecules_per_cpu_s": round(len(smiles) / cpu_s),
    }
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
