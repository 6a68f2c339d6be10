"""What it changes to keep rings of seven and more atoms rigid in docking.

    python benchmarks/ring_conformations.py rings.jsonl --ligands 50

Meeko opens such rings by default and lets Vina close them again, so that they may change their conformation. Rigid,
they keep that of the embedding. Random molecules of ZINC 250k with a ring of 7 to 12 atoms, not all aromatic, are
docked into PARP1 in both ways. Prints one line of JSON a ligand: the scores in kcal/mol, and the
strain of both poses: their MMFF94 energy with the hydrogens relaxed, less that of the best of 20 free conformers, in
kcal/mol. Started again, it goes on where it was stopped; with the last ligand it prints the means.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from made_with import COMMIT
from rdkit import Chem, RDLogger
from rdkit.Chem import rdDistGeom
from rdkit.Chem import rdForceFieldHelpers as ff
from realism import library

from molgfn.oracles.docking.engines import DockingSettings, VinaLibrary
from molgfn.oracles.docking.ligand import Refusal, prepare_ligands
from molgfn.oracles.docking.poses import pose_record
from molgfn.oracles.docking.receptors import find_target

SMALLEST, LARGEST = 7, 12
CONFORMERS = 20
SEED = 20261127


def has_ring(smiles: str) -> bool:
    mol = Chem.MolFromSmiles(smiles)
    rings = mol.GetRingInfo()
    return any(
        SMALLEST <= len(ring) <= LARGEST and not all(mol.GetAtomWithIdx(a).GetIsAromatic() for a in ring)
        for ring in rings.AtomRings()
    )


def chosen(number: int) -> list[str]:
    """Return random molecules of the library with such a ring."""
    names = library()
    random.Random(SEED).shuffle(names)
    found: list[str] = []
    for name in names:
        if has_ring(name):
            found.append(name)
        if len(found) == number:
            break
    return found


def energy(mol: Chem.Mol, conformer: int = -1) -> float:
    properties = ff.MMFFGetMoleculeProperties(mol)
    return float(ff.MMFFGetMoleculeForceField(mol, properties, confId=conformer).CalcEnergy())


def strain(record: str) -> float:
    """Return the energy of a pose, hydrogens relaxed, above that of the best free conformer, in kcal/mol."""
    pose = Chem.MolFromMolBlock(record, removeHs=False)
    field = ff.MMFFGetMoleculeForceField(pose, ff.MMFFGetMoleculeProperties(pose))
    for atom in pose.GetAtoms():
        if atom.GetAtomicNum() > 1:
            field.AddFixedPoint(atom.GetIdx())
    field.Minimize(maxIts=500)
    free = Chem.AddHs(Chem.RemoveHs(pose))
    rdDistGeom.EmbedMultipleConfs(free, CONFORMERS, randomSeed=1)
    lowest = min(value for _, value in ff.MMFFOptimizeMoleculeConfs(free, maxIters=500))
    return energy(pose) - lowest


def dock(engine: VinaLibrary, smiles: str, rigid: bool) -> dict[str, float]:
    [ligand] = prepare_ligands(smiles, 0, 1, LARGEST if rigid else SMALLEST - 1)
    started = time.process_time()
    score, docked = engine.dock(ligand.pdbqt)
    seconds = time.process_time() - started
    pose = pose_record(ligand, docked, "pose", {})
    return {"score": score, "strain": round(strain(pose), 2), "cpu_s": round(seconds, 1)}


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--ligands", type=int, default=50)
    arguments = parser.parse_args(words)
    RDLogger.DisableLog("rdApp.*")
    lines = arguments.results.read_text().splitlines() if arguments.results.exists() else []
    rows = [json.loads(line) for line in lines]
    engine = VinaLibrary(find_target("PARP1"), DockingSettings())
    made = {"commit": COMMIT, "vina": version("vina"), "meeko": version("meeko"), "rdkit": version("rdkit")}
    done = {row["smiles"] for row in rows}
    for smiles in chosen(arguments.ligands):
        if smiles not in done:
            try:
                row = {"smiles": smiles, "flexible": dock(engine, smiles, False), "rigid": dock(engine, smiles, True)}
            except (Refusal, RuntimeError) as error:
                row = {"smiles": smiles, "error": str(error)}
            rows.append(row | made)
            with arguments.results.open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    both = [row for row in rows if "rigid" in row]
    for kind in ("flexible", "rigid"):
        means = {key: np.mean([row[kind][key] for row in both]).round(2) for key in ("score", "strain", "cpu_s")}
        print(kind, len(both), means)


if __name__ == "__main__":
    main(sys.argv[1:])
