import pytest
from rdkit import Chem

from benchmarks.liabilities import LIABILITIES, SOURCES, liabilities

EXAMPLES = {
    "aminal": "C1CCN(CN2CCOCC2)CC1",
    "hemiaminal": "OC1CCCN1C(C)=O",
    "N,O-acetal": "CC(NC(C)=O)Oc1ccccc1",
    "alpha-halo amine or ether": "CN(C)CCl",
    "hydrazine": "CN(C)N1CCCCC1",
    "aryl hydrazide": "O=C(NNc1ccccc1)c1ccccc1",
    "imine or hydrazone": "CC=NC",
    "o-quinoid ring": "C1=c2ccccc2=NC1",
    "unsaturated lactam": "O=C1C=CCN1",
    "pyrazoline": "C1=NN(c2ccccc2)CC1",
    "azo": "c1ccc(N=Nc2ccccc2)cc1",
    "alpha-amino ketone": "O=C(CN1CCCCC1)c1ccccc1",
    "Michael acceptor": "C=CC(=O)NC",
    "aldehyde": "O=Cc1ccccc1",
    "alkyl halide": "ClCc1ccccc1",
    "acyl or sulfonyl halide": "O=S(=O)(Cl)c1ccccc1",
    "thiol": "SCc1ccccc1",
    "thiocarbonyl": "NC(=S)Nc1ccccc1",
    "peroxide or disulfide": "CSSC",
    "N-O single bond": "CN(C)OC",
    "sulfenamide": "CSN(C)C",
    "halogen on heteroatom": "CN(C)Cl",
    "enamine": "CN(C)C=Cc1ccccc1",
    "ylidene rhodanine": "O=C1NC(=S)SC1=Cc1ccccc1",
}
# Imatinib, apixaban, sitagliptin, celecoxib, olaparib, losartan, atorvastatin, diazepam, fluconazole.
DRUGS = (
    "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1",
    "COc1ccc(cc1)-n1nc(C(N)=O)c2CCN(C(=O)c12)c1ccc(cc1)N1CCCCC1=O",
    "NC(CC(=O)N1CCn2c(C1)nnc2C(F)(F)F)Cc1cc(F)c(F)cc1F",
    "Cc1ccc(cc1)-c1cc(nn1-c1ccc(cc1)S(N)(=O)=O)C(F)(F)F",
    "O=C(c1cc(Cc2n[nH]c(=O)c3ccccc23)ccc1F)N1CCN(C(=O)C2CC2)CC1",
    "CCCCc1nc(Cl)c(CO)n1Cc1ccc(cc1)-c1ccccc1-c1nnn[nH]1",
    "CC(C)c1c(C(=O)Nc2ccccc2)c(-c2ccccc2)c(-c2ccc(F)cc2)n1CCC(O)CC(O)CC(=O)O",
    "CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc12",
    "OC(Cn1cncn1)(Cn1cncn1)c1ccc(F)cc1F",
)


@pytest.mark.parametrize("name", LIABILITIES)
def test_every_group_is_found(name: str) -> None:
    assert name in liabilities(Chem.MolFromSmiles(EXAMPLES[name]))
    assert SOURCES[name]


@pytest.mark.parametrize("smiles", DRUGS)
def test_drugs_hold_none(smiles: str) -> None:
    assert liabilities(Chem.MolFromSmiles(smiles)) == []
