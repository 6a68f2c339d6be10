"""Join docked molecules into one data file, the isomer that was docked beside each.

    python scripts/merge_docked.py OUT.csv SOURCE=FILE.csv [SOURCE=FILE.csv ...]

FILE.csv is what `scripts/dock_dataset.py` wrote, or any CSV with the columns smiles, status, score_kcal_mol. A molecule
(after standardisation) stands once: the first file that has it counts.
"""

import argparse
from pathlib import Path

import pandas as pd

from molgfn.chem.standardise import standard_smiles
from molgfn.oracles.docking.ligand import prepare_ligands

COLUMNS = ["smiles", "source", "status", "score_kcal_mol", "docked_smiles", "code", "message"]


def read(source: str, path: Path) -> pd.DataFrame:
    table = pd.read_csv(path).assign(source=source)
    for column in ("docked_smiles", "code", "message"):
        if column not in table:
            table[column] = None
    missing = table["docked_smiles"].isna() & (table["status"] == "completed")
    table.loc[missing, "docked_smiles"] = [prepare_ligands(s)[0].smiles for s in table.loc[missing, "smiles"]]
    return table[COLUMNS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="+", metavar="SOURCE=FILE")
    arguments = parser.parse_args()
    parts = [part.partition("=") for part in arguments.parts]
    table = pd.concat([read(source, Path(path)) for source, _, path in parts], ignore_index=True)
    kept = table[~table["smiles"].map(standard_smiles).duplicated()]
    kept.to_csv(arguments.out, index=False, lineterminator="\n")
    print(f"{arguments.out}: {len(kept)} molecules, {len(table) - len(kept)} repeats left out")
    print(kept.groupby(["source", "status"])["score_kcal_mol"].describe().round(2).to_string())


if __name__ == "__main__":
    main()
