"""Commands for proxies."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from molgfn.cli.assay import AssayFile, ColumnMap, DecimalMark, Endpoint, StereoOfProxy, Unit, columns_by_role
from molgfn.files import refuse_input_as_output
from molgfn.progress import progress_for

ProxyFolder = Annotated[Path, typer.Argument(metavar="PROXY", help="The folder of a proxy.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe (.toml).", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write.", show_default=False)],
) -> None:
    """Train a proxy from a recipe, and write its card.

    Prints the folder of the proxy, and whether it ranks better than simpler models.
    """
    from molgfn.proxy.train_recipe import run_recipe

    verdict = run_recipe(recipe, out, progress_for(sys.stderr))
    print(f"{out}\n{verdict}")


def score(
    proxy: ProxyFolder,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A table with a column of SMILES, or a list of SMILES.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.", show_default=False)],
    column: Annotated[str, typer.Option("--column", metavar="NAME", help="The column of SMILES.")] = "",
    sort: Annotated[bool, typer.Option("--sort", help="Best first, rows without a prediction last.")] = False,
) -> None:
    """Predict every molecule of a file.

    Keeps the columns of the file and adds the prediction (pred_mean, pred_std, unit, extrapolated), the nearest
    training molecule (in_domain, nn_similarity, nn_smiles), and the reason if a row has no prediction (error). If the
    file has a column of that name, the new one gets a number: pred_mean_2.
    """
    refuse_input_as_output(out, [file])  # Before the models are loaded.
    from molgfn.proxy.proxy import Proxy
    from molgfn.proxy.score_file import score_file

    scored = score_file(Proxy.load(proxy), file, out, progress_for(sys.stderr), column, best_first=sort)
    print(f"{_count(scored.molecules, 'molecule')} scored, {_count(scored.failed, 'row')} without a prediction: {out}")


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def evaluate(
    proxy: ProxyFolder,
    file: AssayFile,
    column: ColumnMap = None,
    unit: Unit = "",
    type_: Endpoint = "",
    decimal: DecimalMark = None,
    stereo: StereoOfProxy = None,
    as_json: AsJson = False,
) -> None:
    """Compare the predictions of a proxy with measured values.

    Molecules that the proxy was trained on are judged separately. `molgfn assay check` shows how FILE is read.
    """
    from molgfn.assay.table_import import ReadingOptions
    from molgfn.proxy.evaluation import verification_text
    from molgfn.proxy.evaluation.verification import verify
    from molgfn.proxy.proxy import Proxy

    options = ReadingOptions(columns_by_role(column), unit, type_, decimal, stereo=stereo)
    verification = verify(Proxy.load(proxy), file, options, progress_for(sys.stderr))
    as_numbers, as_words = verification_text.as_json, verification_text.as_text
    print(json.dumps(as_numbers(verification), indent=2) if as_json else as_words(verification))


def card(proxy: ProxyFolder, as_json: AsJson = False) -> None:
    """Print the card of a proxy: its data, errors and limits."""
    from molgfn.proxy.card.files import read_card

    print(read_card(proxy, for_programs=as_json))
