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
