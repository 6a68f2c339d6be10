"""Structures drawn as SVG elements of a page."""

import re
from html import escape
from typing import Any

from rdkit.Chem.Draw import rdMolDraw2D

from molgfn.chem.standardise import MoleculeError, parse_smiles

# Readable on white and on dark ground, and by colour-blind readers (after Okabe and Ito).
_ATOM_COLOURS = {
    7: (0.13, 0.47, 0.80),
    8: (0.84, 0.37, 0.00),
    9: (0.00, 0.58, 0.43),
    15: (0.72, 0.45, 0.10),
    16: (0.66, 0.50, 0.00),
    17: (0.00, 0.58, 0.43),
    35: (0.62, 0.35, 0.28),
    53: (0.58, 0.35, 0.65),
}
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# The style sheet of the page sets this for all pictures.
_REPEATED = re.compile(r"<!--.*?-->|\sclass='[^']*'|fill:none;fill-rule:evenodd;|;stroke-width[^']*", re.DOTALL)


def structure_picture(smiles: str, width: int = 230, height: int = 160) -> str:
    """Draw a molecule as an <svg> element on a clear ground; carbon takes the colour of the text around it.

    Returns
    -------
    str
        Empty where the SMILES cannot be read.
    """
    try:
        mol = parse_smiles(smiles)
    except MoleculeError:
        return ""
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    options.setAtomPalette({-1: (0.0, 0.0, 0.0), **_ATOM_COLOURS})
    options.fixedBondLength = 22
    options.bondLineWidth = 1
    options.minFontSize = 10
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, mol)
    drawer.FinishDrawing()
    match = _BODY.search(drawer.GetDrawingText())
    body = _REPEATED.sub("", match[1] if match else "").replace("#000000", "currentColor")
    head = f'<svg class="structure" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(smiles)}">'
    return f"{head}{body.strip()}</svg>"
