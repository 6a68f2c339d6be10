"""All commands, and the message and exit code if one of them fails."""

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from molgfn import __version__
from molgfn.cli import assay, campaigns, proxy, results, retraining, vocabulary
from molgfn.errors import MolgfnError
from molgfn.files import is_disk_full

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class _MainGroup(TyperGroup):
    """All commands. The two options for completion with the Tab key work, but the help does not show them."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)
        for param in params:
            # The help must fit one screen; docs/use/commands.md names these options.
            if param.name in ("install_completion", "show_completion"):
                param.hidden = True
        return params


def _group(*, completion: bool = False, **settings: Any) -> typer.Typer:
    # Plain help: rich boxes would not fit one screen.
    return typer.Typer(
        no_args_is_help=True,
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=dict(_SETTINGS),
        **settings,
    )


app = _group(completion=True, cls=_MainGroup)


def _example(*lines: str) -> str:
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def _add(group: typer.Typer, command: Callable[..., None], *examples: str) -> None:
    group.command(epilog=_example(*examples), context_settings=dict(_SETTINGS))(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"molgfn {__version__}")
        raise typer.Exit


@app.callback(epilog=_example("molgfn init my-campaign --target PARP1"))
def _molgfn(
    # Hidden to keep the help on one screen: the message of an internal error names it.
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Design molecules for a target, in rounds of prediction and docking."""


_add(app, campaigns.demo, "molgfn demo")
_add(
    app,
    campaigns.init,
    "molgfn init my-campaign --target PARP1",
    "molgfn init my-campaign --receptor R.pdbqt --box 10 20 30 22 22 22",
    "molgfn init my-campaign --receptor R.pdbqt --ligand bound.sdf",
)
_add(app, campaigns.check, "molgfn check my-campaign/campaign.toml")
_add(app, campaigns.run, "molgfn run my-campaign/campaign.toml --rounds 3 --set acquisition.kappa=2")
_add(app, campaigns.resume, "molgfn resume runs/2026-11-22_my-campaign --rounds 5")
_add(app, results.status, "molgfn status runs/2026-11-22_my-campaign --json")
_add(app, results.export, "molgfn export runs/2026-11-22_my-campaign --top 50 -o best.sdf")
_add(app, results.report, "molgfn report runs/2026-11-22_my-campaign")
_add(app, campaigns.targets, "molgfn targets")

_vocabulary = _group(
    help="Build, check and use vocabularies of blocks.",
    epilog=_example("molgfn vocabulary build library.smi -o my.json"),
)
app.add_typer(_vocabulary, name="vocabulary")
_add(_vocabulary, vocabulary.build, "molgfn vocabulary build library.smi -o my-vocabulary.json --size 250")
_add(_vocabulary, vocabulary.train, "molgfn vocabulary train my-vocabulary.json")
_add(_vocabulary, vocabulary.check, "molgfn vocabulary check my-vocabulary.json")
_add(_vocabulary, vocabulary.decompose, 'molgfn vocabulary decompose "O=C(Nc1ccccc1)C1CCNCC1"')

_proxy = _group(
    help="Train, judge and use proxies, which predict the oracle.",
    epilog=_example("molgfn proxy train recipe.toml -o my-proxy"),
)
app.add_typer(_proxy, name="proxy")
_add(_proxy, proxy.train, "molgfn proxy train proxy/parp1-docking/recipe.toml -o my-proxy")
_add(_proxy, proxy.score, "molgfn proxy score my-proxy library.csv -o scored.csv")
_add(_proxy, retraining.retrain, "molgfn proxy retrain runs/2026-11-22_my-campaign lab.csv --unit nM")
_add(_proxy, proxy.evaluate, 'molgfn proxy evaluate my-proxy results.csv --column value="Mean" --unit nM')
_add(_proxy, proxy.card, "molgfn proxy card my-proxy")

_assay = _group(
    help="Read tables of measured values.",
    epilog=_example("molgfn assay check results.csv"),
)
app.add_typer(_assay, name="assay")
_add(_assay, assay.check, 'molgfn assay check results.csv --column value="Mean" --unit nM')


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after `molgfn`; by default those of the command line.

    Raises
    ------
    SystemExit
        Always; 0 done, 1 internal error, 2 usage or configuration, 3 input data, 4 oracle, 5 no candidate,
        75 stopped but resumable, 130 interrupted.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        app([word for word in words if word != "--debug"], prog_name="molgfn")
    except Exception as error:
        if debug:
            traceback.print_exc()
        message, code = _message(error)
        print(message, file=sys.stderr)
        raise SystemExit(code) from None


def _message(error: Exception) -> tuple[str, int]:
    """Return the message for the user, and the exit code."""
    if isinstance(error, MolgfnError):
        return str(error), error.exit_code
    if is_disk_full(error):
        place = getattr(error, "filename", None)
        return f"{place or 'cannot write'}: the disk is full\n  Free space, then run the command again.", 75
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}", 2
    return f"internal error: {_name(error)}\n  Run the command again with --debug to see where.", 1


def _name(error: Any) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
