"""Commands for assay tables."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from molgfn.errors import ConfigError
from molgfn.progress import progress_for

AssayFile = Annotated[Path, typer.Argument(metavar="FILE", help="A table of measured values.", show_default=False)]
ColumnMap = Annotated[
    list[str] | None, typer.Option("--column", metavar="ROLE=NAME", help="The column of smiles, value, unit, ...")
]
Unit = Annotated[str, typer.Option("--unit", metavar="UNIT", help="For rows without a unit: nM, pIC50, ...")]
Endpoint = Annotated[str, typer.Option("--type", metavar="TYPE", help="Read only rows of IC50, Ki, ...")]
DecimalMark = Annotated[
    Literal["point", "comma"] | None, typer.Option("--decimal", help="The decimal mark, if numbers have commas.")
]
StereoPolicy = Annotated[Literal["merge", "keep"], typer.Option("--stereo", help="R and S: one compound or two.")]
StereoOfProxy = Annotated[
    Literal["merge", "keep"] | None,
    typer.Option("--stereo", help="Stereoisomers: one compound, or each its own; as the proxy by default."),
]
ExcludeFlagged = Annotated[bool, typer.Option("--exclude-flagged", help="Leave out rows with a flag of ChEMBL.")]


def check(
    file: AssayFile,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Where to write. Default: beside FILE.")
    ] = None,
    column: ColumnMap = None,
    unit: Unit = "",
    type_: Endpoint = "",
    decimal: DecimalMark = None,
    stereo: StereoPolicy = "merge",
    exclude_flagged: ExcludeFlagged = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 3 for a single bad row.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Show how molgfn reads an assay table.

    Writes the tables .clean.csv and .rejected.csv. Exit code 3 if the table cannot be used for training.
    """
    from molgfn.assay.report import report, summary, write_tables
    from molgfn.assay.table_import import MOST_BAD, ReadingOptions, read_assay

    options = ReadingOptions(
        columns_by_role(column), unit, type_, decimal, stereo=stereo, exclude_flagged=exclude_flagged
    )
    assay = read_assay(file, options, progress_for(sys.stderr))
    print(json.dumps(summary(assay), indent=2) if as_json else report(assay))
    written = write_tables(assay, out or file.parent)
    if not as_json:
        print(f"written      {written.clean}\n             {written.rejected}")
    assay.check_rows(0.0 if strict else MOST_BAD)
    assay.check_trainable()


def columns_by_role(given: list[str] | None) -> dict[str, str]:
    """Return the values of `--column` as a mapping from role to header.

    Raises
    ------
    ConfigError
        If a word is not ROLE=NAME.
    """
    pairs = [word.partition("=") for word in given or ()]
    for role, mark, name in pairs:
        if not (role and mark and name):
            raise ConfigError(
                f"--column {role}{mark}{name}: not of the form ROLE=NAME.", 'Example: --column value="IC50 mean".'
            )
    return {role: name for role, _, name in pairs}
