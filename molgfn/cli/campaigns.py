"""Commands that make, check and run campaigns."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgfn.cli.options import CampaignFile, Overrides, Rounds, Run, RunsDir, Workers, as_overrides
from molgfn.cli.results import leave_results
from molgfn.errors import OracleError
from molgfn.progress import progress_for

if TYPE_CHECKING:
    from molgfn.oracles.docking.receptors import Receptor


def demo(rounds: Rounds = None, workers: Workers = None, runs_dir: RunsDir = Path("runs")) -> None:
    """Design molecules against PARP1 with real docking, in minutes.

    Writes a CSV of candidates and an HTML report, and prints their paths.
    """
    from molgfn.bundled import bundled

    _start(bundled("campaigns", "parp1-demo.toml"), as_overrides(None, rounds, workers), runs_dir)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to create.", show_default=False)],
    target: Annotated[str | None, typer.Option("--target", metavar="NAME", help="One of `molgfn targets`.")] = None,
    receptor: Annotated[Path | None, typer.Option("--receptor", metavar="R.pdbqt", help="Your own receptor.")] = None,
    box: Annotated[
        tuple[float, float, float, float, float, float] | None,
        typer.Option("--box", metavar="CX CY CZ SX SY SZ", help="Center and size of the box, in angstrom."),
    ] = None,
    ligand: Annotated[
        Path | None, typer.Option("--ligand", metavar="L.sdf", help="A bound ligand; the box is put around it.")
    ] = None,
    no_dock: Annotated[bool, typer.Option("--no-dock", help="Do not dock the control ligand.")] = False,
) -> None:
    """Write a campaign file that is ready to run.

    Name a target, or give your own receptor with a box or a bound ligand. molgfn docks a control ligand to choose the
    values of best and worst.
    """
    from molgfn.campaign.file.starter import receptor_notes, write_campaign

    score_control = None if no_dock else _score_control
    file = write_campaign(folder, target=target, receptor=receptor, box=box, ligand=ligand, score_control=score_control)
    for note in receptor_notes(file):
        print(f"note: {note}", file=sys.stderr)
    print(file)
    print(f"Next: molgfn check {file}\n      molgfn run {file}", file=sys.stderr)


def _score_control(receptor: "Receptor") -> float | None:
    from molgfn.campaign.file.control import docked_control

    with progress_for(sys.stderr).step("docking the control ligand", total=1) as step:
        try:
            score = docked_control(receptor)
        except OracleError:  # no Vina here: the file may be for another machine
            return None
        step.advance()
    return score


def check(
    campaign_file: CampaignFile,
    workers: Workers = None,
    overrides: Overrides = None,
    no_dock: Annotated[bool, typer.Option("--no-dock", help="Do not dock the control ligand.")] = False,
) -> None:
    """Check a campaign file and dock one control ligand.

    Checks every key, opens every file, loads the proxy and estimates the time.
    """
    from molgfn.campaign.file.check import check_campaign
    from molgfn.campaign.file.load import load_campaign

    campaign = load_campaign(campaign_file, as_overrides(overrides, workers=workers))
    for finding in check_campaign(campaign, dock=not no_dock, progress=progress_for(sys.stderr)):
        print(f"{finding.level:<4}  {finding.what:<10}  {finding.found}", flush=True)


def run(
    campaign_file: CampaignFile,
    rounds: Rounds = None,
    workers: Workers = None,
    overrides: Overrides = None,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Run a campaign, in a new run directory.

    Writes a CSV of candidates and an HTML report, and prints their paths. After Ctrl-C or SIGTERM all results are
    kept, and `molgfn resume RUN` continues.
    """
    _start(campaign_file, as_overrides(overrides, rounds, workers), runs_dir)


def resume(run: Run, rounds: Rounds = None) -> None:
    """Continue a run that was stopped or killed.

    Results that were recorded are not computed again.

    With --rounds a finished run gets more rounds.
    """
    from molgfn.campaign.loop import resume_run

    leave_results(resume_run(run, progress=progress_for(sys.stderr), rounds=rounds))


def targets() -> None:
    """List the named targets.

    For each: the PDB code, organism and name of its protein, what else its
    receptor holds (metals, cofactors, waters), and center x y z and size
    x y z of the docking box, in angstrom. A dash means: not known.
    """
    from molgfn.oracles.docking.pocket import kept_with_protein
    from molgfn.oracles.docking.receptors import find_target, target_names
    from molgfn.oracles.docking.target_facts import target_facts

    names = target_names()
    columns = "{:<9} {:<4}  {:<12}  {:<48}  {:<18} {:>8} {:>8} {:>8} {:>6} {:>6} {:>6}"
    print(columns.format("target", "pdb", "organism", "protein", "with", *("x", "y", "z"), *("size x", "y", "z")))
    for name in names:
        receptor, facts = find_target(name), target_facts()[name]
        words = (facts.pdb, facts.organism, facts.protein, kept_with_protein(receptor))
        center, size = (f"{value:.2f}" for value in receptor.center), (f"{value:.1f}" for value in receptor.size)
        print(columns.format(name, *(word or "-" for word in words), *center, *size))


def _start(campaign_file: Path, changes: list[str], runs_dir: Path) -> None:
    from molgfn.campaign.file.check import check_inputs
    from molgfn.campaign.file.load import load_campaign

    campaign = load_campaign(campaign_file, changes)
    progress = progress_for(sys.stderr)
    for finding in check_inputs(campaign):
        progress.log(f"{finding.what}: {finding.found}")
    from molgfn.campaign.loop import start_run  # loads torch: only after everything is checked

    leave_results(start_run(campaign, runs_dir, sys.argv, progress, source=campaign_file))
