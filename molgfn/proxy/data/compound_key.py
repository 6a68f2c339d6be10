"""By what a proxy tells compounds apart, however a table draws them."""

from molgfn.assay.structures import structure_of
from molgfn.chem.standardise import MoleculeError, Stereo


def compound_key(smiles: str, stereo: Stereo = "merge") -> str:
    """Return the first block of the InChIKey, which tautomers of one compound share; the SMILES where there is none.

    Where stereoisomers are compounds of their own, the second block follows, which is that of the configuration.
    """
    try:
        return structure_of(smiles, stereo).key
    except MoleculeError:
        # A proxy may have learnt from what no assay table would hold, such as more than 150 heavy atoms.
        return smiles
