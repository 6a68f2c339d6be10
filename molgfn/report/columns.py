"""The columns of the exported tables: what each means, its unit and how it is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

# A carriage return alone ends a row for some readers, and a line feed splits a cell for others.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Column:
    """A column of an exported table. `decimals` is given for numbers alone."""

    name: str
    type: Literal["text", "integer", "number"]
    meaning: str
    unit: str = ""
    decimals: int | None = None

    def cells(self, values: pd.Series) -> Iterator[str | int | float | None]:
        """Yield what is written for each value of this column: one line of text, or a number, or None for nothing."""
        for value in values:
            if self.type == "text":
                yield _CONTROL_CHARACTERS.sub(" ", value).strip()
            elif pd.isna(value):
                yield None
            else:
                yield round(float(value), self.decimals) if self.type == "number" else int(value)


_ORACLE_UNIT = "that of oracle_unit"

CANDIDATE_COLUMNS = (
    Column("compound_id", "text", "Lasting name of the compound: the same in every file, report and page."),
    Column("smiles", "text", "Structure, standardised: without salt, charge and stereo."),
    Column("inchikey", "text", "InChIKey of the structure."),
    Column("rank", "integer", "1 is the best value of the oracle; empty where there is none."),
    Column(
        "rank_predicted",
        "integer",
        "1 is the best predicted mean among the compounds without a value; empty for those that have one or failed.",
    ),
    Column("round", "integer", "Round in which the compound was first proposed; 0 is the initial data."),
    Column(
        "status",
        "text",
        "proposed: never sent to the oracle; pending: sent, not answered; completed: the oracle gave a value; failed: "
        "the oracle could not answer; abandoned: given up.",
    ),
    Column("pred_mean", "number", "Latest prediction of the proxy: mean of its ensemble.", _ORACLE_UNIT, 3),
    Column(
        "pred_std",
        "number",
        "Standard deviation of the error of that prediction, calibrated on molecules kept from training; empty where "
        "the proxy does not know it.",
        _ORACLE_UNIT,
        3,
    ),
    Column(
        "in_domain",
        "text",
        "yes: near enough to what the proxy was trained on for its usual error; no: larger errors are to be expected; "
        "empty: not known.",
    ),
    Column(
        "nn_similarity",
        "number",
        "Tanimoto similarity (Morgan, radius 2, 2048 bits) to the nearest molecule that the proxy was trained on.",
        "",
        3,
    ),
    Column("nn_compound_id", "text", "That molecule, where it is a compound of this run."),
    Column("nn_smiles", "text", "Structure of that molecule."),
    Column("docked_smiles", "text", "The stereoisomer and protonation state whose docking score is oracle_value."),
    Column("charge", "integer", "Charge of docked_smiles."),
    Column("acquisition", "number", "What the batch was chosen by, at the latest prediction; higher is better.", "", 4),
    Column(
        "oracle_value",
        "number",
        "Value that the oracle gave (docking: the docking score); empty where there is none.",
        "",
        3,
    ),
    Column("oracle_unit", "text", "Unit of oracle_value."),
    Column(
        "ligand_efficiency",
        "number",
        "-oracle_value / number of heavy atoms, where oracle_value is an energy in kcal/mol; higher is better.",
        "kcal/mol per heavy atom",
        3,
    ),
    Column("qed", "number", "Quantitative estimate of drug-likeness (Bickerton 2012), 0 to 1; RDKit.", "", 3),
    Column("sa_score", "number", "Synthetic accessibility (Ertl 2009), 1 easy to 10 hard; RDKit.", "", 2),
    Column("mw", "number", "Average molecular weight.", "g/mol", 2),
    Column("clogp", "number", "Octanol-water partition coefficient (Wildman and Crippen 1999); RDKit.", "log10", 2),
    Column("tpsa", "number", "Topological polar surface area of N and O (Ertl 2000); RDKit.", "angstrom^2", 2),
    Column("hbd", "integer", "Hydrogen bond donors; RDKit."),
    Column("hba", "integer", "Hydrogen bond acceptors; RDKit."),
    Column("rotatable_bonds", "integer", "Rotatable bonds, strict definition; RDKit."),
    Column("heavy_atoms", "integer", "Heavy atoms."),
    Column("rings", "integer", "Rings of the smallest set of smallest rings; RDKit."),
    Column("aromatic_rings", "integer", "Those of them that are aromatic; RDKit."),
    Column("fraction_csp3", "number", "Share of the carbon atoms that are sp3, 0 to 1; RDKit.", "", 3),
    Column("stereocentres", "integer", "Tetrahedral stereocentres, whether their configuration is given or not."),
    Column(
        "undefined_stereo",
        "integer",
        "Tetrahedral centres and double bonds whose configuration is open in `smiles`.",
    ),
    Column("alerts", "text", "Structural alerts of the catalogs PAINS, BRENK and NIH, separated by '; '."),
    Column(
        "log_prior",
        "number",
        "Log of how likely the molecule is in the library that the vocabulary was made from, up to a constant; empty "
        "where the vocabulary does not say how its blocks are joined in a library.",
        "",
        2,
    ),
    Column(
        "log_prior_per_block",
        "number",
        "log_prior divided by the number of blocks: compares molecules of different size.",
        "",
        2,
    ),
    Column(
        "hard_joins",
        "integer",
        "Bonds between blocks that are hard to make (difficulty 2 or 3 of the routes); a sketch.",
    ),
    Column(
        "building_blocks",
        "text",
        "SMILES of the reactants of a possible route, separated by ' | ': a sketch, see `export --format routes`.",
    ),
    Column("scaffold", "text", "Bemis-Murcko scaffold as SMILES; empty for a molecule without rings."),
    Column("blocks", "text", "SMILES of the blocks the molecule is built from, separated by ' | '."),
    Column("log_reward", "number", "Log of the reward that the sampler aimed at, at the latest prediction.", "", 4),
    Column("source_model", "text", "What proposed it (sampler or source), and the proxy that the prediction is from."),
)

ROUTE_COLUMNS = (
    Column("compound_id", "text", "Compound of candidates.csv."),
    Column("smiles", "text", "Structure of the compound."),
    Column("step", "integer", "Number of the step, in a possible order; 0: nothing is cut."),
    Column("reaction", "text", "Name of the reaction, as most chemists would try it first."),
    Column("difficulty", "integer", "1: reliable; 2: often needs work; 3: no usual reaction makes this bond."),
    Column("reactant_1", "text", "SMILES of a reactant, with its handles (halide, boronic acid, acid, amine ...)."),
    Column("reactant_2", "text", "SMILES of the other reactant."),
    Column("source_1", "text", "stock: in [routes] stock; buy: to be bought or made; step N: product of that step."),
    Column("source_2", "text", "The same of reactant_2."),
    Column("product", "text", "SMILES of the product, with the handles for later steps."),
)

REJECTED_COLUMNS = (
    Column("round", "integer", "Round in which the molecule was sampled."),
    Column("smiles", "text", "Structure."),
    Column("reasons", "text", "Why it was not proposed, separated by '; '."),
)
