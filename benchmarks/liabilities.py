"""Groups for which a chemist strikes out a molecule: they decompose, react with proteins, or cannot be made as drawn.

Sources: Rishton 1997 (Drug Discov. Today 2, 382), Brenk et al. 2008 (ChemMedChem 3, 435), Bruns and Watson 2012
(J. Med. Chem. 55, 9763). The patterns are our own. A motif that many approved drugs hold (amides, esters, acetals in
rings, aryl halides, ureas) is none of them.
"""

from rdkit import Chem

_AMINE = "NX3;!a;!$(N*=[O,S,N]);!$(NS=O)"
_PATTERNS = {
    # name: (SMARTS, source)
    "aminal": (f"[{_AMINE}][CX4;!$(C(N)(N)N)][{_AMINE}]", "Bruns 2012"),
    "hemiaminal": ("[NX3,nX3][CX4][OX2H]", "Rishton 1997"),
    "N,O-acetal": ("[NX3,nX3][CX4;!R][OX2;!R]", "Bruns 2012"),
    "alpha-halo amine or ether": ("[NX3,OX2][CX4;H1,H2][Cl,Br,I]", "Rishton 1997"),
    "hydrazine": (f"[{_AMINE}]-[{_AMINE}]", "Brenk 2008"),
    "aryl hydrazide": ("c[NX3;!R]-[NX3;!R]", "Brenk 2008"),
    "imine or hydrazone": ("[CX3;!R;!$(C(N)(N));!$(C[O,S])]=[NX2;!R]", "Brenk 2008"),
    "o-quinoid ring": ("[c;R2]=[C,N;R;!a]", "Bruns 2012"),
    "unsaturated lactam": ("[NX3;R][CX3;R](=O)[CX3;R;!a]=[CX3;R;!a]", "Rishton 1997"),
    "pyrazoline": ("[CX3;R;!a]=[NX2;R]-[NX3;R]", "Bruns 2012"),
    "azo": ("[NX2;!a]=[NX2;!a]", "Brenk 2008"),
    "alpha-amino ketone": (f"[{_AMINE}][CX4][CX3](=O)[#6;!$(C=O)]", "Bruns 2012"),
    "Michael acceptor": ("[CX3;!R;!a;H1,H2]=[CX3;!R;!a][CX3]=O", "Rishton 1997"),
    "aldehyde": ("[CX3H1](=O)[#6]", "Brenk 2008"),
    "alkyl halide": ("[CX4;!$(C(F)F)][Cl,Br,I]", "Rishton 1997"),
    "acyl or sulfonyl halide": ("[C,S](=O)[F,Cl,Br,I]", "Rishton 1997"),
    "thiol": ("[SX2H]", "Brenk 2008"),
    "thiocarbonyl": ("[CX3;!a]=[SX1]", "Brenk 2008"),
    "peroxide or disulfide": ("[O,S;X2]-[O,S;X2]", "Rishton 1997"),
    "N-O single bond": ("[NX3;!a;!$(N*=[O,N])]-[OX2;!$(O*=O)]", "Brenk 2008"),
    "sulfenamide": ("[#7]-[SX2]", "Bruns 2012"),
    "halogen on heteroatom": ("[N,n,O,S;!$(S=O)]-[F,Cl,Br,I]", "Rishton 1997"),
    "enamine": (f"[{_AMINE}][CX3;!a]=[CX3;!a]", "Bruns 2012"),
    "ylidene rhodanine": ("C=C1SC(=[O,S])NC1=O", "Brenk 2008"),
}  # fmt: skip
LIABILITIES = {name: Chem.MolFromSmarts(smarts) for name, (smarts, _) in _PATTERNS.items()}
SOURCES = {name: source for name, (_, source) in _PATTERNS.items()}


def liabilities(mol: Chem.Mol) -> list[str]:
    """Return the names of the groups that a molecule holds."""
    return [name for name, pattern in LIABILITIES.items() if mol.HasSubstructMatch(pattern)]
