"""By what a proxy tells compounds apart, however a table draws them."""

from molgfn.assay.structures import structure_of
from molgfn.chem.standardise import MoleculeError


def compound_key(smiles: str) -> str:
    """Return the first block of the InChIKey, which tautomers of one compound share; the SMILES where there is none."""
    try:
        return structure_of(smiles).key
    except MoleculeError:
        # A proxy may have learnt from what no assay table would hold, such as more than 150 heavy atoms.
        return smiles
