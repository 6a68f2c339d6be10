"""How often the 90 % intervals of a batch hold what the oracle then answered, without and with the second model.

    python benchmarks/batch_intervals.py runs/*/ > batch_intervals.jsonl

For each run directory and round: the batch is predicted anew by the proxy that it was chosen by. Prints one line of
JSON for each round: molecules, root mean square error, share inside, and mean log likelihood of a normal distribution,
by the standard deviation of the proxy alone and with that of its Gaussian process.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from made_with import COMMIT
from rdkit import RDLogger
from scipy.stats import norm

from molgfn.arrays import FloatArray
from molgfn.campaign.models.history import proxy_after
from molgfn.campaign.record.run_directory import open_run
from molgfn.campaign.record.store import Store
from molgfn.proxy.proxy import Proxy


def judged(error: FloatArray, std: FloatArray) -> dict[str, float]:
    """Return the share of errors in the 90 % intervals of a normal distribution, and their mean log likelihood."""
    inside = np.abs(error) <= norm.ppf(0.95) * std
    return {"inside_90": float(inside.mean()), "log_likelihood": float(norm.logpdf(error, 0, std).mean())}


def rows(path: Path) -> Iterator[dict[str, object]]:
    run = open_run(path)
    with Store.read(run.database) as store:
        values = {row.compound_id: row.value for row in store.measurements()}
        sent = [row for row in store.compounds() if row.batch_round and row.compound_id in values]
        for number in sorted({row.batch_round for row in sent if row.batch_round}):
            batch = [row for row in sent if row.batch_round == number]
            smiles = [row.smiles for row in batch]
            proxy = Proxy.load(proxy_after(run, store, number - 1))
            predicted, process = proxy.predict(smiles), proxy.process(smiles)
            if proxy.info.calibration is None or process is None:
                continue
            error = predicted.mean - np.array([values[row.compound_id] for row in batch])
            # Also where a proxy does not tell molecules apart, and so gives no error bars.
            alone = proxy.info.calibration.std(predicted.spread)
            made = {"proxy": judged(error, alone), "with_process": judged(error, np.hypot(alone, process.std))}
            facts = {"run": path.name, "round": number, "n": len(batch), "rmse": float(np.sqrt(np.mean(error**2)))}
            yield facts | {f"{key}_{name}": value for name, row in made.items() for key, value in row.items()}


def main(words: Sequence[str]) -> None:
    RDLogger.DisableLog("rdApp.*")
    for word in words:
        for row in rows(Path(word)):
            rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}
            print(json.dumps(rounded | {"commit": COMMIT}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
