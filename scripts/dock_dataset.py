"""Dock every row of a CSV, one line written per answer: started again, it goes on where it was stopped.

    python scripts/dock_dataset.py molecules.csv docked.csv --target PARP1 --workers 2

INPUT has a column `smiles`; its other columns are kept. A row that OUTPUT already answers (same smiles and source) is
not docked again. With --earlier, a row keeps its score if it was docked before with the same target and search, in the
neutral form, as one isomer and with rings of 7 and more atoms opened, and its ligand is the same now. For the datasets
that bundled proxies are trained on; campaigns dock by themselves.
"""

import argparse
import csv
import os
import sys
import time
from pathlib import Path
from typing import TextIO

from molgfn.errors import DataError, MolgfnError
from molgfn.oracles.answers import ask
from molgfn.oracles.docking.ligand import Refusal, prepare_ligands
from molgfn.oracles.docking.oracle import DockingOracle, DockingSettings
from molgfn.oracles.docking.receptors import find_target
from molgfn.oracles.interfaces import Answer, Compound, Measurement
from molgfn.oracles.workers import local_processes

ANSWER_COLUMNS = ["status", "score_kcal_mol", "docked_smiles", "code", "message"]
EARLIER = DockingSettings(protonation_states=0, stereo_isomers=1, max_rigid_ring=6)

Row = dict[str, str]


def key(row: Row) -> tuple[str, str]:
    return row["smiles"], row.get("source", "")


def read_rows(path: Path) -> tuple[list[str], list[Row]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        if "smiles" not in columns:
            raise DataError(f"{path}: no column `smiles`; found {', '.join(columns) or 'nothing'}")
        return [column for column in columns if column not in ANSWER_COLUMNS], list(reader)


def answered_rows(path: Path, header: list[str]) -> set[tuple[str, str]]:
    """Return the rows that are answered, having removed what a killed process left of its last line."""
    if not path.exists():
        return set()
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    found = content[:whole].partition(b"\n")[0].decode().strip()
    if whole and found != ",".join(header):
        raise DataError(f"{path}: the columns are {found}; expected {','.join(header)}")
    os.truncate(path, whole)
    return {key(row) for row in read_rows(path)[1]} if whole else set()


def answer_columns(answer: Answer) -> Row:
    if isinstance(answer, Measurement):
        return {"status": "completed", "score_kcal_mol": f"{answer.value:.3f}", "docked_smiles": answer.docked_smiles}
    return {"status": "failed", "code": answer.code, "message": " ".join(answer.message.split())}


def earlier_answers(path: Path, rows: list[Row], settings: DockingSettings) -> list[Row]:
    """Return the rows of an earlier dataset that would be docked in the same way now."""
    scores = {key(row): row for row in read_rows(path)[1] if row["status"] == "completed"}
    same = []
    for row in rows:
        earlier = scores.get(key(row))
        if earlier and _ligands(row["smiles"], settings) == _ligands(row["smiles"], EARLIER):
            same.append(earlier)
    return same


def _ligands(smiles: str, settings: DockingSettings) -> list[str]:
    try:
        return [ligand.pdbqt for ligand in prepare_ligands(smiles, *settings.species)]
    except Refusal:
        return []


def dock_rows(rows: list[Row], writer: "csv.DictWriter[str]", file: TextIO, oracle: DockingOracle) -> None:
    compounds = [Compound(str(number), row["smiles"]) for number, row in enumerate(rows)]
    started = time.monotonic()
    for count, answer in enumerate(ask(oracle, compounds), 1):
        writer.writerow(rows[int(answer.compound_id)] | answer_columns(answer))
        file.flush()
        left_min = (time.monotonic() - started) / count * (len(rows) - count) / 60
        print(f"{count}/{len(rows)} docked, {left_min:.0f} min left", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--target", default="PARP1")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--earlier", type=Path, help="a dataset docked as said above")
    arguments = parser.parse_args()
    settings = DockingSettings()
    try:
        columns, rows = read_rows(arguments.input)
        header = [*columns, *ANSWER_COLUMNS]
        answered = answered_rows(arguments.output, header)
        rows = [row for row in rows if key(row) not in answered]
        executor = local_processes(arguments.workers)
        oracle = DockingOracle(find_target(arguments.target), settings, executor, poses=False)
        try:
            with arguments.output.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, header, extrasaction="ignore", lineterminator="\n")
                if file.tell() == 0:
                    writer.writeheader()
                if arguments.earlier:
                    kept = earlier_answers(arguments.earlier, rows, settings)
                    writer.writerows(kept)
                    answered = set(map(key, kept))
                dock_rows([row for row in rows if key(row) not in answered], writer, file, oracle)
        finally:
            oracle.close()
    except MolgfnError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
