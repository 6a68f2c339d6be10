"""Whether standard deviations tell large errors from small ones on molecules of all kinds, without noise.

    python benchmarks/pooled_errors.py --proxy seh_proxy_2021.npz --calls calls.jsonl --seeds 0 1 2

A proxy learns from the initial data of `active_learning.py` (300 random molecules of the space). It predicts 200
others, 200 molecules of the library's law, 200 of ZINC 250k, and the first 100 that a campaign asked from the same data
(`--calls`: the file of `active_learning.py --calls-file`, method "molgfn"). Prints one line of JSON for each set and
seed, and one for all together: Spearman correlation of the absolute error with the standard deviation, the share of
errors in the 90 % intervals, and mean log likelihoods: of these standard deviations, and of one constant that is fitted
to the errors of the set.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from active_learning import INITIAL, listed, space
from batch_intervals import judged
from made_with import COMMIT
from oracle_calls import initial_molecules, smiles_of
from published_proxy import PublishedProxy
from rdkit import RDLogger
from scipy.stats import spearmanr

from molgfn.arrays import FloatArray
from molgfn.campaign.file.sections import WindowsSection
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy

COUNT, ASKED = 200, 100


def sets(environment: FragmentEnvironment, seed: int, calls: Path) -> dict[str, list[str]]:
    """Return the molecules of each kind."""
    law = LibraryPrior(environment).draw(COUNT, np.random.default_rng(seed))
    rows = [json.loads(line) for line in calls.read_text(encoding="utf-8").splitlines()]
    keys = ("method", "seed", "oracle", "together", "noise")
    asked = [row["smiles"] for row in rows if [row[key] for key in keys] == ["molgfn", seed, "sEH", 1, 0.0]]
    return {
        "random": initial_molecules(environment, INITIAL + COUNT, seed)[INITIAL:],
        "law": sorted(set(smiles_of(environment, law))),
        "library": listed(seed)[:COUNT],
        "candidates": asked[:ASKED],
    }


def predicted(proxy: Proxy, smiles: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation as a campaign with a second model records them."""
    prediction, process = proxy.predict(smiles), proxy.process(smiles)
    assert process is not None
    return prediction.mean, np.hypot(np.nan_to_num(prediction.std), process.std)


def row(error: FloatArray, std: FloatArray) -> dict[str, float]:
    constant = np.full(len(error), np.sqrt(np.mean(error**2)))
    made = {"n": len(error), "rmse": float(constant[0]), "spearman": float(spearmanr(np.abs(error), std)[0])}
    return made | judged(error, std) | {"log_likelihood_constant": judged(error, constant)["log_likelihood"]}


def show(facts: Mapping[str, object], error: FloatArray, std: FloatArray) -> None:
    rounded = {key: round(value, 3) for key, value in row(error, std).items()}
    print(json.dumps({**facts, **rounded, "commit": COMMIT}), flush=True)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", type=Path, metavar="NPZ", required=True)
    parser.add_argument("--calls", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args(words)
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    oracle, environment = PublishedProxy(arguments.proxy).scores, space(WindowsSection().upper())
    for seed in arguments.seeds:
        start = initial_molecules(environment, INITIAL, seed)
        proxy = train_proxy(
            start, oracle(start), unit="", direction="maximise", settings=ProxySettings(), seed=seed, name="sEH"
        )
        parts = []
        for name, smiles in sets(environment, seed, arguments.calls).items():
            mean, std = predicted(proxy, smiles)
            parts.append((mean - oracle(smiles), std))
            show({"seed": seed, "set": name}, *parts[-1])
        show({"seed": seed, "set": "all"}, *(np.concatenate([part[k] for part in parts]) for k in (0, 1)))


if __name__ == "__main__":
    main(sys.argv[1:])
