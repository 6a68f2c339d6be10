"""A ChEMBL-style export with planted defects, and the truth about every one of its rows."""

import csv
import io
import random
from dataclasses import dataclass, field
from pathlib import Path

from rdkit import Chem

HEADER = (
    "Molecule ChEMBL ID", "Molecule Name", "Smiles", "Standard Type", "Standard Relation", "Standard Value",
    "Standard Units", "pChEMBL Value", "Assay ChEMBL ID", "Document Year", "Comment",
)  # fmt: skip
AMINE = "[NX3;H0,H1,H2;!$(N-[!#6;!#1]);!$(N-C=[O,N,S]);!$(N-[c,n]);!$(N-C#N);!$(N-C=C)]"
UNITS = {"M": 0, "mM": 3, "uM": 6, "µM": 6, "nM": 9, "pM": 12}

PLANTED = {
    "no structure": 6, "not SMILES": 8, "mixture": 5, "no carbon": 4, "unknown unit": 12, "no unit": 5, "per cent": 9,
    "not a number": 7, "zero": 4, "negative": 3, "out of range": 3, "relation": 4, "pChEMBL differs": 7,
    "extra cell": 5, "short row": 5, "open quote": 3,
}  # fmt: skip
REASONS = {
    "no structure": "no structure", "not SMILES": "unusable structure", "mixture": "unusable structure",
    "no carbon": "unusable structure", "unknown unit": "unusable unit or value", "no unit": "unusable unit or value",
    "per cent": "per cent", "not a number": "unreadable value", "zero": "unusable unit or value",
    "negative": "unusable unit or value", "out of range": "unusable unit or value", "relation": "unreadable value",
    "pChEMBL differs": "two values that differ", "extra cell": "not a row of this table",
    "short row": "not a row of this table", "open quote": "not a row of this table",
}  # fmt: skip


@dataclass
class Truth:
    """What an import must say of the file: reason by line, lines by change, contradictory compounds."""

    rows: int = 0
    left_out: dict[int, str] = field(default_factory=dict)
    found: dict[int, str] = field(default_factory=dict)
    changes: dict[str, list[int]] = field(default_factory=dict)
    bounds: list[int] = field(default_factory=list)
    contradictory: list[tuple[int, ...]] = field(default_factory=list)


@dataclass
class _Row:
    cells: list[str]
    defect: str = ""
    changes: tuple[str, ...] = ()
    copies: int = 1


def _cells(rng: random.Random, number: int, smiles: str, p: float, relation: str = "=") -> list[str]:
    unit = rng.choice(list(UNITS))
    value = f"{10 ** (UNITS[unit] - p):.6g}"
    p_value = f"{p:.2f}" if relation == "=" and rng.random() < 0.8 else ""
    year = str(rng.randint(1998, 2024))
    words = [f"CHEMBL{100000 + number}", f"NAME {number}", smiles, "IC50", f"'{relation}'", value, unit, p_value]
    return [*words, f"CHEMBL9{number % 7}", year, "a note; with a semicolon"]


def _spoilt(rng: random.Random, defect: str, cells: list[str]) -> list[str]:
    spoilt = {
        "no structure": {2: ""}, "not SMILES": {2: "aspirin"}, "mixture": {2: "c1ccccc1CCO.c1ccncc1CCN"},
        "no carbon": {2: "[NH4+].[Cl-]"}, "unknown unit": {6: rng.choice(("ug.mL-1", "um", "/s")), 7: ""},
        "no unit": {6: "", 7: ""}, "per cent": {5: "57", 6: "%", 7: ""},
        "not a number": {5: rng.choice(("active", "10-20", "5 / 1"))}, "zero": {5: "0", 7: ""},
        "negative": {5: "-12", 7: ""}, "out of range": {5: "1e30", 7: ""}, "relation": {4: "'?'"},
        "pChEMBL differs": {4: "'='", 5: "100", 6: "nM", 7: "4.00"},
    }  # fmt: skip
    changed = spoilt.get(defect, {})
    return [changed.get(place, cell) for place, cell in enumerate(cells)]


def _drawn_differently(smiles: str, change: str) -> str:
    mol = Chem.MolFromSmiles(smiles)
    if change == "salt stripped":
        return f"{smiles}.Cl"
    if change == "isotopes removed":
        carbon = next(atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == 6)
        carbon.SetIsotope(13)
        return Chem.MolToSmiles(mol)
    amine = mol.GetSubstructMatch(Chem.MolFromSmarts(AMINE))
    atom = mol.GetAtomWithIdx(amine[0])
    atom.SetFormalCharge(1)
    atom.SetNumExplicitHs(atom.GetTotalNumHs() + 1)
    Chem.SanitizeMol(mol)
    return Chem.MolToSmiles(mol)


def export(molecules: list[str], n: int = 3000, seed: int = 0) -> tuple[str, Truth]:
    """Write a table of n rows over these molecules, most of them several times, and what is true of it."""
    rng = random.Random(seed)
    level = {smiles: rng.gauss(6.5, 1.0) for smiles in molecules}
    amine = Chem.MolFromSmarts(AMINE)
    basic = [smiles for smiles in molecules if Chem.MolFromSmiles(smiles).HasSubstructMatch(amine)]
    number = {smiles: place for place, smiles in enumerate(molecules)}
    rows: list[_Row] = []

    def usual(smiles: str, p: float | None = None, relation: str = "=") -> list[str]:
        measured = level[smiles] + rng.gauss(0, 0.15) if p is None else p
        return _cells(rng, number[smiles], smiles, measured, relation)

    fresh = iter(molecules)
    apart: list[tuple[str, list[_Row]]] = []
    for defect, count in PLANTED.items():
        rows += [_Row(_spoilt(rng, defect, usual(rng.choice(molecules))), defect) for _ in range(count)]
    for _ in range(10):
        smiles = next(fresh)
        apart.append(("contradictory", [_Row(usual(smiles, 5.0)), _Row(usual(smiles, 6.6))]))
    for _ in range(3):
        smiles = next(fresh)
        rows += [_Row(usual(smiles, 5.0, "<"), "both sides"), _Row(usual(smiles, 7.0, ">"), "both sides")]
    for _ in range(3):
        one, other = next(fresh), next(fresh)
        torn = [_Row(usual(one), "torn id"), _Row(usual(other), "torn id")]
        for row in torn:
            row.cells[0] = f"CHEMBL{777000 + number[one]}"
        rows += torn
    for _ in range(60):
        smiles = next(fresh)
        rows += [_Row(usual(smiles, level[smiles], "<"), "bound")]
    used = [row for _, group in apart for row in group]
    rest = list(fresh)
    for change, count in (("salt stripped", 40), ("neutralised", 30), ("isotopes removed", 5)):
        for _ in range(count):
            smiles = rng.choice([s for s in rest if change != "neutralised" or s in basic])
            cells = usual(smiles)
            cells[2] = _drawn_differently(smiles, change)
            rows.append(_Row(cells, "", (change,)))
    for _ in range(20):
        cells = usual(rng.choice(rest))
        rows.append(_Row([*cells[:5], rng.choice(("", "n.d.", "NA")), cells[6], "", *cells[8:]], "no value"))
    repeats = [_Row(usual(rng.choice(rest))) for _ in range(15)]
    rows += [_Row(row.cells, "", (), 2) for row in repeats]
    missing = n - sum(row.copies for row in rows) - len(used)
    rows += [_Row(usual(rng.choice(rest))) for _ in range(missing)]
    rows += used
    rng.shuffle(rows)
    text, truth = _written(rows)
    groups = [{id(row) for row in group} for _, group in apart]
    truth.contradictory = sorted(tuple(truth_line for truth_line in _lines(rows, group)) for group in groups)
    return text, truth


def _lines(rows: list[_Row], group: set[int]) -> list[int]:
    line, found = 2, []
    for row in rows:
        if id(row) in group:
            found.append(line)
        line += row.copies
    return found


def _written(rows: list[_Row]) -> tuple[str, Truth]:
    truth = Truth(rows=sum(row.copies for row in rows))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(HEADER)
    line = 2
    for row in rows:
        cells = row.cells
        if row.defect == "extra cell":
            cells = [*cells, "one more"]
        elif row.defect == "short row":
            cells = cells[:-2]
        if row.defect == "open quote":
            out.write(";".join(cells[:2]) + ';"' + ";".join(cells[2:-1]) + ";a note\n")
        else:
            writer.writerow(cells)
        _note(truth, row, line)
        line += 1
        for _ in range(row.copies - 1):
            writer.writerow(cells)
            truth.left_out[line] = "repeated row"
            line += 1
    return out.getvalue(), truth


def _note(truth: Truth, row: _Row, line: int) -> None:
    others = {"both sides": "bounds from both sides", "torn id": "one id, several structures", "no value": "no value"}
    if row.defect == "bound":
        truth.bounds.append(line)
    elif row.defect:
        truth.left_out[line] = REASONS.get(row.defect) or others[row.defect]
        truth.found[line] = row.defect
    for change in row.changes:
        truth.changes.setdefault(change, []).append(line)


def molecules(table: Path) -> list[str]:
    """Return the molecules of a docked set, without those that the import would change or merge."""
    from molgfn.assay.structures import structure_of

    with table.open(encoding="utf-8", newline="") as file:
        listed = dict.fromkeys(row["smiles"] for row in csv.DictReader(file))
    by_key: dict[str, str] = {}
    for smiles in listed:
        structure = structure_of(smiles)
        if not structure.changes:
            by_key.setdefault(structure.key, structure.smiles)
    return list(by_key.values())
