"""What the bundled targets are: protein, organism and PDB code, which their receptor files do not state."""

import csv
from dataclasses import dataclass
from functools import cache

from molgfn.bundled import bundled


@dataclass(frozen=True)
class TargetFacts:
    """A row of `data/targets.csv`; its card says where it comes from.

    Attributes
    ----------
    protein : str
    organism : str
        Of the protein in the crystal; empty where it is not settled.
    pdb : str
        Code of the crystal structure; empty where it is not settled.
    """

    protein: str
    organism: str
    pdb: str


@cache
def target_facts() -> dict[str, TargetFacts]:
    """Return what each bundled target is, by its name.

    Examples
    --------
    >>> target_facts()["SRC"].organism
    'chicken'
    """
    with bundled("data", "targets.csv").open(newline="", encoding="utf-8") as file:
        return {row["target"]: TargetFacts(row["protein"], row["organism"], row["pdb"]) for row in csv.DictReader(file)}
