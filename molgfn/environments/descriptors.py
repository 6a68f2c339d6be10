"""Chemical descriptors of blocks, stems and pairs of stems: similar ones are close before anything is learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator

from molgfn.environments.tables import BlockTables

Floats = NDArray[np.float32]

RADII = (0, 1, 2)
BITS = 1024
COMPONENTS = 32
LONGEST = 11


@dataclass(frozen=True)
class Descriptors:
    """Numbers that describe the blocks, kinds of stem and relations of a vocabulary (see `BlockTables`).

    Attributes
    ----------
    block : array, shape (W, <= 32)
        Principal components of the log counts of the atom environments (Morgan, radius 0 to 2) of each block.
    kind : array, shape (Q, <= 32)
        The same of the environments around the stem atom.
    relation : array, shape (R, F)
        The descriptors of both stem atoms, and one of twelve columns for the number of bonds between them.
    """

    block: Floats
    kind: Floats
    relation: Floats

    @classmethod
    def of(cls, tables: BlockTables) -> "Descriptors":
        generators = [rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=BITS) for radius in RADII]

        def counts(mol: Chem.Mol, atoms: Sequence[int]) -> NDArray[np.float64]:
            parts = [
                generator.GetCountFingerprintAsNumPy(mol, fromAtoms=list(atoms)).astype(np.float64)
                for generator in generators
            ]
            return np.concatenate(parts)

        # The components are those of the vocabulary: a core changes nothing for its blocks.
        blocks = [counts(block.mol, range(block.mol.GetNumAtoms())) for block in tables.blocks]
        kinds = np.zeros((tables.n_kinds, len(RADII) * BITS))
        ends = np.zeros((tables.n_relations, 3), dtype=np.int64)
        for number, block in enumerate(tables.blocks):
            bonds = Chem.GetDistanceMatrix(block.mol)
            for a, atom in enumerate(block.stem_atoms):
                kinds[tables.kind[number, a]] = counts(block.mol, [atom])
                for b, other in enumerate(block.stem_atoms):
                    ends[tables.relation[number, a, b]] = (
                        tables.kind[number, a],
                        tables.kind[number, b],
                        min(int(bonds[atom, other]), LONGEST),
                    )
        kind = _components(kinds, tables.n_classes)
        apart = np.eye(LONGEST + 1, dtype=np.float32)[ends[:, 2]]
        of_blocks = _components(np.array(blocks), tables.n_vocabulary)
        return cls(of_blocks, kind, np.hstack([kind[ends[:, 0]], kind[ends[:, 1]], apart]))


def _components(counts: NDArray[np.float64], first: int) -> Floats:
    """Return the principal components of the log counts of the first rows, for all rows, shape (n, <= 32).

    They are scaled to unit variance over the first rows.
    """
    logs = np.log1p(counts)
    # Most bits are of no atom environment here; without them the result is the same, and sooner there.
    logs = logs[:, logs[:first].any(axis=0)]
    logs -= logs[:first].mean(axis=0)
    _, _, axes = np.linalg.svd(logs[:first], full_matrices=False)
    scores = logs @ axes[:COMPONENTS].T
    scaled: Floats = (scores / max(float(scores[:first].std()), 1e-9)).astype(np.float32)
    return scaled
