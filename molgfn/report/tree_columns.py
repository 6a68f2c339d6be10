"""Columns of the candidates that follow from their trees of blocks: how usual they are, and how they could be made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from molgfn.campaign.file.load import load_resolved
from molgfn.campaign.models.environment import environment_of
from molgfn.campaign.record.run_directory import open_run
from molgfn.chem.standardise import MoleculeError
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import ConfigError, DataError
from molgfn.prior.molecules import MoleculeLaw
from molgfn.report.columns import ROUTE_COLUMNS
from molgfn.routes.route import Route, route_of
from molgfn.routes.stock import Stock

_LOG_PRIOR = ["log_prior", "log_prior_per_block"]


@dataclass(frozen=True)
class CandidateTrees:
    """The trees of some molecules of a run.

    Attributes
    ----------
    environment : FragmentEnvironment or None
        Of the run, without limits; None if its vocabulary cannot be read.
    smiles : sequence of str
        In standard form.
    """

    environment: FragmentEnvironment | None
    smiles: Sequence[str]

    @classmethod
    def of(cls, run: Path, smiles: Sequence[str]) -> "CandidateTrees":
        """Read the environment of a run directory."""
        return cls(_environment(run), smiles)

    @cached_property
    def trees(self) -> list[Tree | None]:
        """One for each molecule; None where the vocabulary cannot build it."""
        return [_tree(self.environment, name) for name in self.smiles]

    def log_priors(self) -> pd.DataFrame:
        """Return the log probability of the molecules in the library, up to a constant: whole, and for each block.

        The law is that of the library of the vocabulary (docs/theory/law.md), whatever `[prior] weight` the campaign
        has. NaN where the vocabulary has no law, or cannot build the molecule.
        """
        table = pd.DataFrame(np.nan, index=range(len(self.smiles)), columns=_LOG_PRIOR)
        environment = self.environment
        if environment is None or environment.vocabulary.library is None:
            return table
        trees = [tree for tree in self.trees if tree is not None]
        if trees:
            there = [tree is not None for tree in self.trees]
            table.loc[there, _LOG_PRIOR] = np.stack(MoleculeLaw(environment).log_priors(trees), axis=1)
        return table

    def routes(self) -> list[Route | None]:
        """Return a route for each molecule; None where it has no tree."""
        if self.environment is None:
            return [None] * len(self.smiles)
        return [None if tree is None else route_of(tree, self.environment.plain_blocks) for tree in self.trees]

    def columns(self) -> pd.DataFrame:
        """Return log_prior, log_prior_per_block, hard_joins (<NA> if not known) and building_blocks."""
        routes = self.routes()
        hard = pd.array([None if route is None else route.hard_joins for route in routes], dtype="Int64")
        blocks = ["" if route is None else " | ".join(route.building_blocks) for route in routes]
        return self.log_priors().assign(hard_joins=hard, building_blocks=blocks)


def route_table(run: Path, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the steps by which candidates could be made, with the columns of `ROUTE_COLUMNS`.

    Parameters
    ----------
    run : Path
        A run directory.
    candidates : DataFrame
        With columns compound_id and smiles.

    Raises
    ------
    DataError
        If the stock of the campaign cannot be read.
    """
    stock = _stock(run)
    routes = CandidateTrees.of(run, candidates["smiles"].tolist()).routes()
    rows = [
        {"compound_id": compound, "smiles": smiles} | step
        for compound, smiles, route in zip(candidates["compound_id"], candidates["smiles"], routes, strict=True)
        if route is not None
        for step in _rows(route, stock)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in ROUTE_COLUMNS])


def _rows(route: Route, stock: Stock | None) -> Iterator[dict[str, Any]]:
    made: dict[str, int] = {}

    def source(smiles: str) -> str:
        if smiles in made and smiles not in route.building_blocks:
            return f"step {made[smiles]}"
        return "stock" if stock is not None and smiles in stock else "buy"

    if not route.steps:
        [whole] = route.building_blocks
        yield {"step": 0, "reaction": "", "reactant_1": whole, "reactant_2": "", "source_1": source(whole)} | {
            "source_2": "", "product": whole
        }  # fmt: skip
    for number, step in enumerate(route.steps, start=1):
        first, second = step.reactants
        yield {
            "step": number,
            "reaction": step.reaction.name,
            "difficulty": step.reaction.difficulty,
            "reactant_1": first,
            "reactant_2": second,
            "source_1": source(first),
            "source_2": source(second),
            "product": step.product,
        }
        made[step.product] = number


def _stock(run: Path) -> Stock | None:
    file = load_resolved(open_run(run).resolved).routes.stock
    return None if file is None else Stock(file)


def _environment(run: Path) -> FragmentEnvironment | None:
    try:
        return environment_of(load_resolved(open_run(run).resolved), limited=False)
    except (ConfigError, DataError):
        # The results of a run whose inputs are lost can still be read.
        return None


def _tree(environment: FragmentEnvironment | None, smiles: str) -> Tree | None:
    try:
        return None if environment is None else environment.trees(smiles)[0]
    except (NotCovered, MoleculeError):
        return None
