"""Commands about proxies."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from molgfn.progress import progress_for


def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe (.toml).", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where to write it.", show_default=False)],
) -> None:
    """Train a proxy as a recipe says, and write its card."""
    from molgfn.proxy.recipe import run_recipe

    run_recipe(recipe, out, progress_for(sys.stderr))
    print(out)


def score(
    proxy: Annotated[Path, typer.Argument(metavar="PROXY", help="A proxy: its folder.", show_default=False)],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A table with a column smiles, or SMILES.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where to write it.", show_default=False)],
    column: Annotated[str, typer.Option("--column", metavar="NAME", help="The column of SMILES.")] = "",
) -> None:
    """Predict every molecule of a file, however long.

    Keeps the columns of the file and adds pred_mean, pred_std, unit and error, which says why a row has no prediction.
    """
    from molgfn.proxy.ensemble import Proxy
    from molgfn.proxy.scoring import score_file

    scored = score_file(Proxy.load(proxy), file, out, progress_for(sys.stderr), column)
    print(f"{scored.molecules:,} molecules scored, {scored.failed:,} rows without one: {out}")
