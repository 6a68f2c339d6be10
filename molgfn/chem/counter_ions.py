"""Counter-ions and solvents, recognised by their structure. They are removed so that the compound is left."""

from collections.abc import Iterable, Sequence
from functools import cache

from rdkit import Chem
from rdkit.Chem import rdinchi
from rdkit.rdBase import BlockLogs

ACIDS = {
    "formate": "OC=O",
    "acetate": "CC(=O)O",
    "trifluoroacetate": "OC(=O)C(F)(F)F",
    "dichloroacetate": "OC(=O)C(Cl)Cl",
    "trichloroacetate": "OC(=O)C(Cl)(Cl)Cl",
    "glycolate": "OCC(=O)O",
    "propionate": "CCC(=O)O",
    "butyrate": "CCCC(=O)O",
    "pivalate": "CC(C)(C)C(=O)O",
    "caproate": "CCCCCC(=O)O",
    "caprylate": "CCCCCCCC(=O)O",
    "caprate": "CCCCCCCCCC(=O)O",
    "undecylenate": "C=CCCCCCCCCC(=O)O",
    "laurate": "CCCCCCCCCCCC(=O)O",
    "palmitate": "CCCCCCCCCCCCCCCC(=O)O",
    "stearate": "CCCCCCCCCCCCCCCCCC(=O)O",
    "oleate": "CCCCCCCCC=CCCCCCCCC(=O)O",
    "carbonate": "OC(=O)O",
    "oxalate": "OC(=O)C(=O)O",
    "malonate": "OC(=O)CC(=O)O",
    "succinate": "OC(=O)CCC(=O)O",
    "glutarate": "OC(=O)CCCC(=O)O",
    "adipate": "OC(=O)CCCCC(=O)O",
    "pimelate": "OC(=O)CCCCCC(=O)O",
    "sebacate": "OC(=O)CCCCCCCCC(=O)O",
    "fumarate or maleate": "OC(=O)C=CC(=O)O",
    "2-oxoglutarate": "OC(=O)CCC(=O)C(=O)O",
    "lactate": "CC(O)C(=O)O",
    "malate": "OC(=O)CC(O)C(=O)O",
    "tartrate": "OC(=O)C(O)C(O)C(=O)O",
    "dibenzoyl tartrate": "OC(=O)C(OC(=O)c1ccccc1)C(OC(=O)c1ccccc1)C(=O)O",
    "ditoluoyl tartrate": "OC(=O)C(OC(=O)c1ccc(C)cc1)C(OC(=O)c1ccc(C)cc1)C(=O)O",
    "citrate": "OC(=O)CC(O)(CC(=O)O)C(=O)O",
    "gluconate": "OCC(O)C(O)C(O)C(O)C(=O)O",
    "gluceptate": "OCC(O)C(O)C(O)C(O)C(O)C(=O)O",
    "glucuronate": "O=CC(O)C(O)C(O)C(O)C(=O)O",
    "glucuronate (ring)": "OC1OC(C(=O)O)C(O)C(O)C1O",
    "lactobionate": "OCC1OC(OC(C(O)CO)C(O)C(O)C(=O)O)C(O)C(O)C1O",
    "mucate": "OC(=O)C(O)C(O)C(O)C(O)C(=O)O",
    "ascorbate": "OCC(O)C1OC(=O)C(O)=C1O",
    "mandelate": "OC(=O)C(O)c1ccccc1",
    "benzoate": "OC(=O)c1ccccc1",
    "salicylate": "OC(=O)c1ccccc1O",
    "4-hydroxybenzoate": "OC(=O)c1ccc(O)cc1",
    "gentisate": "OC(=O)c1cc(O)ccc1O",
    "cinnamate": "OC(=O)C=Cc1ccccc1",
    "nicotinate": "OC(=O)c1cccnc1",
    "hippurate": "OC(=O)CNC(=O)c1ccccc1",
    "orotate": "OC(=O)c1cc(=O)[nH]c(=O)[nH]1",
    "pyroglutamate": "OC(=O)C1CCC(=O)N1",
    "xinafoate": "OC(=O)c1ccc2ccccc2c1O",
    "3-hydroxy-2-naphthoate": "OC(=O)c1cc2ccccc2cc1O",
    "pamoate": "OC(=O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O",
    "mesylate": "CS(=O)(=O)O",
    "esylate": "CCS(=O)(=O)O",
    "isethionate": "OCCS(=O)(=O)O",
    "edisylate": "OS(=O)(=O)CCS(=O)(=O)O",
    "triflate": "OS(=O)(=O)C(F)(F)F",
    "besylate": "OS(=O)(=O)c1ccccc1",
    "tosylate": "Cc1ccc(S(=O)(=O)O)cc1",
    "closylate": "OS(=O)(=O)c1ccc(Cl)cc1",
    "4-hydroxybenzenesulfonate": "OS(=O)(=O)c1ccc(O)cc1",
    "mesitylenesulfonate": "Cc1cc(C)c(S(=O)(=O)O)c(C)c1",
    "napsylate": "OS(=O)(=O)c1ccc2ccccc2c1",
    "1-naphthalenesulfonate": "OS(=O)(=O)c1cccc2ccccc12",
    "napadisylate": "OS(=O)(=O)c1cccc2c(S(=O)(=O)O)cccc12",
    "camsylate": "CC1(C)C2CCC1(CS(=O)(=O)O)C(=O)C2",
    "cyclamate": "OS(=O)(=O)NC1CCCCC1",
    "saccharinate": "O=C1NS(=O)(=O)c2ccccc12",
    "acesulfamate": "CC1=CC(=O)NS(=O)(=O)O1",
    "methyl sulfate": "COS(=O)(=O)O",
    "ethyl sulfate": "CCOS(=O)(=O)O",
    "lauryl sulfate": "CCCCCCCCCCCCOS(=O)(=O)O",
    "picrate": "Oc1c([N+](=O)[O-])cc([N+](=O)[O-])cc1[N+](=O)[O-]",
    "teoclate": "CN1C(=O)N(C)c2nc(Cl)[nH]c2C1=O",
    "tetraphenylborate": "c1ccc([B-](c2ccccc2)(c2ccccc2)c2ccccc2)cc1",
    "cyanide": "C#N",
    "thiocyanate": "N#C[S-]",
    "bis(trifluoromethylsulfonyl)imide": "O=S(=O)(NS(=O)(=O)C(F)(F)F)C(F)(F)F",
}
"""Acids, as the salt is called."""

BASES = {
    "methylamine": "CN",
    "dimethylamine": "CNC",
    "trimethylamine": "CN(C)C",
    "ethylamine": "CCN",
    "diethylamine": "CCNCC",
    "triethylamine": "CCN(CC)CC",
    "diisopropylethylamine": "CCN(C(C)C)C(C)C",
    "diisopropylamine": "CC(C)NC(C)C",
    "erbumine": "CC(C)(C)N",
    "cyclohexylamine": "NC1CCCCC1",
    "dicyclohexylamine": "C1CCC(NC2CCCCC2)CC1",
    "benzylamine": "NCc1ccccc1",
    "1-phenylethylamine": "CC(N)c1ccccc1",
    "olamine": "NCCO",
    "diolamine": "OCCNCCO",
    "trolamine": "OCCN(CCO)CCO",
    "deanol": "CN(C)CCO",
    "diethylaminoethanol": "CCN(CC)CCO",
    "2-amino-2-methylpropanol": "CC(C)(N)CO",
    "tromethamine": "NC(CO)(CO)CO",
    "glucamine": "NCC(O)C(O)C(O)C(O)CO",
    "meglumine": "CNCC(O)C(O)C(O)C(O)CO",
    "glucosamine": "NC1C(O)OC(CO)C(O)C1O",
    "choline": "C[N+](C)(C)CCO",
    "betaine": "C[N+](C)(C)CC(=O)[O-]",
    "ethylenediamine": "NCCN",
    "piperazine": "C1CNCCN1",
    "piperidine": "C1CCNCC1",
    "pyrrolidine": "C1CCNC1",
    "morpholine": "C1COCCN1",
    "N-methylmorpholine": "CN1CCOCC1",
    "epolamine": "OCCN1CCCC1",
    "4-(2-hydroxyethyl)morpholine": "OCCN1CCOCC1",
    "benzathine": "C(CNCc1ccccc1)NCc1ccccc1",
    "benethamine": "C(Cc1ccccc1)NCc1ccccc1",
    "procaine": "CCN(CC)CCOC(=O)c1ccc(N)cc1",
    "imidazole": "c1c[nH]cn1",
    "pyridine": "c1ccncc1",
    "4-dimethylaminopyridine": "CN(C)c1ccncc1",
    "DBU": "C1CCC2=NCCCN2CC1",
    "DABCO": "C1CN2CCN1CC2",
    "guanidine": "NC(N)=N",
    "urea": "NC(N)=O",
    "glycine": "NCC(=O)O",
    "lysine": "NCCCCC(N)C(=O)O",
    "arginine": "NC(=N)NCCCC(N)C(=O)O",
    "histidine": "NC(Cc1c[nH]cn1)C(=O)O",
    "ornithine": "NCCCC(N)C(=O)O",
    "proline": "OC(=O)C1CCCN1",
    "aspartate": "NC(CC(=O)O)C(=O)O",
    "glutamate": "NC(CCC(=O)O)C(=O)O",
    "tetramethylammonium": "C[N+](C)(C)C",
    "tetraethylammonium": "CC[N+](CC)(CC)CC",
    "tetrabutylammonium": "CCCC[N+](CCCC)(CCCC)CCCC",
    "benzyltrimethylammonium": "C[N+](C)(C)Cc1ccccc1",
}
"""Bases, and amino acids, which are either."""

SOLVENTS = {
    "methanol": "CO",
    "ethanol": "CCO",
    "1-propanol": "CCCO",
    "2-propanol": "CC(C)O",
    "1-butanol": "CCCCO",
    "2-butanol": "CCC(C)O",
    "tert-butanol": "CC(C)(C)O",
    "trifluoroethanol": "OCC(F)(F)F",
    "hexafluoroisopropanol": "OC(C(F)(F)F)C(F)(F)F",
    "ethylene glycol": "OCCO",
    "propylene glycol": "CC(O)CO",
    "glycerol": "OCC(O)CO",
    "acetone": "CC(C)=O",
    "butanone": "CCC(C)=O",
    "dichloromethane": "ClCCl",
    "chloroform": "ClC(Cl)Cl",
    "carbon tetrachloride": "ClC(Cl)(Cl)Cl",
    "1,2-dichloroethane": "ClCCCl",
    "acetonitrile": "CC#N",
    "nitromethane": "C[N+](=O)[O-]",
    "formamide": "NC=O",
    "dimethylformamide": "CN(C)C=O",
    "dimethylacetamide": "CC(=O)N(C)C",
    "N-methylpyrrolidone": "CN1CCCC1=O",
    "dimethyl sulfoxide": "CS(C)=O",
    "sulfolane": "O=S1(=O)CCCC1",
    "tetrahydrofuran": "C1CCOC1",
    "2-methyltetrahydrofuran": "CC1CCCO1",
    "dioxane": "C1COCCO1",
    "diethyl ether": "CCOCC",
    "diisopropyl ether": "CC(C)OC(C)C",
    "tert-butyl methyl ether": "COC(C)(C)C",
    "dimethoxyethane": "COCCOC",
    "methyl acetate": "COC(C)=O",
    "ethyl acetate": "CCOC(C)=O",
    "isopropyl acetate": "CC(=O)OC(C)C",
    "butyl acetate": "CCCCOC(C)=O",
    "benzene": "c1ccccc1",
    "toluene": "Cc1ccccc1",
    "o-xylene": "Cc1ccccc1C",
    "m-xylene": "Cc1cccc(C)c1",
    "p-xylene": "Cc1ccc(C)cc1",
    "chlorobenzene": "Clc1ccccc1",
    "pentane": "CCCCC",
    "hexane": "CCCCCC",
    "heptane": "CCCCCCC",
    "cyclohexane": "C1CCCCC1",
    "carbon dioxide": "O=C=O",
    "carbon disulfide": "S=C=S",
}

SALT_METALS = frozenset((3, 11, 19, 37, 55, 4, 12, 20, 38, 56, 13, 30, 47, 83))
"""Atomic numbers of metals that are counter-ions where they are bonded to nothing: alkali and earth alkali metals,
aluminium, zinc, silver, bismuth."""


def skeleton_key(mol: Chem.Mol) -> str:
    """Return the first block of the InChIKey: equal for isomers by stereo, isotope, mobile hydrogen and proton.

    Examples
    --------
    >>> acid, salt = (Chem.MolFromSmiles(smiles) for smiles in ("CC(=O)O", "CC(=O)[O-]"))
    >>> skeleton_key(acid) == skeleton_key(salt)
    True
    """
    return inchi_blocks(mol)[0]


def inchi_blocks(mol: Chem.Mol) -> tuple[str, str]:
    """Return the first two blocks of the InChIKey, skeleton and configuration; both empty where there is no InChI."""
    with BlockLogs():
        key: str = rdinchi.InchiToInchiKey(rdinchi.MolToInchi(mol)[0])
    skeleton, _, rest = key.partition("-")
    return skeleton, rest.partition("-")[0]


@cache
def _keys(kind: str) -> frozenset[str]:
    tables = {"ion": (ACIDS, BASES), "solvent": (SOLVENTS,)}[kind]
    return frozenset(skeleton_key(Chem.MolFromSmiles(smiles)) for table in tables for smiles in table.values())


def candidates(components: Iterable[Chem.Mol]) -> Sequence[Chem.Mol]:
    """Return the components that may be the compound, each once.

    A component without carbon is never the compound. A counter-ion or solvent is the compound only if nothing else is
    there: first the counter-ions, and if there are none, the solvents.

    Examples
    --------
    >>> mol = Chem.MolFromSmiles("CNCc1ccc[nH]1.Cc1ccc(cc1)S(=O)(=O)O.O")
    >>> [Chem.MolToSmiles(part) for part in candidates(Chem.GetMolFrags(mol, asMols=True))]
    ['CNCc1ccc[nH]1']
    """
    distinct: dict[str, Chem.Mol] = {}
    configuration: dict[str, str] = {}
    for component in components:
        if any(atom.GetAtomicNum() == 6 for atom in component.GetAtoms()):
            skeleton, drawn = inchi_blocks(component)
            skeleton = skeleton or Chem.MolToSmiles(component)
            if configuration.setdefault(skeleton, drawn) != drawn:
                # Both enantiomers, side by side: a racemate, which has no configuration.
                Chem.RemoveStereochemistry(distinct[skeleton])
            distinct.setdefault(skeleton, component)
    ions = {key: part for key, part in distinct.items() if key in _keys("ion")}
    solvents = {key: part for key, part in distinct.items() if key in _keys("solvent") and key not in ions}
    others = {key: part for key, part in distinct.items() if key not in ions and key not in solvents}
    return tuple((others or ions or solvents).values())
