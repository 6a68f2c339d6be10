"""Write a campaign file that is ready to run."""

import csv
import os
import re
from collections.abc import Callable
from pathlib import Path

from molgfn.bundled import bundled
from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.file.oracles.docking import BUNDLED_PROXIES
from molgfn.campaign.file.sections import CampaignSection, ObjectiveSection
from molgfn.campaign.file.write import toml_value
from molgfn.errors import ConfigError
from molgfn.oracles.docking.receptors import Receptor, find_target, receptor_from_files

Box = tuple[float, float, float, float, float, float]
# Where celecoxib has -9.5 (PARP1) this is about the range that the docked molecules of the target give.
_CONTROL_TO_BEST, _CONTROL_TO_WORST = 4.0, 3.0
_BEYOND_BEST = 2.0

_CAMPAIGN = """\
# A campaign of molgfn. Lines that start with # are comments; every key that is left out has a good default.

[campaign]
name = {name}
seed = 1              # the same seed gives the same molecules
rounds = {plan.rounds}
batch_size = {plan.batch_size}       # molecules docked each round
proposals = {plan.proposals}       # candidates kept each round; the batch is chosen from them
{initial}
[oracle]
kind = "docking"
{oracle}
exhaustiveness = 8    # with less than 8 the scores are not reliable

[objective]
# {reason}
best = {best:.1f}          # docking score (kcal/mol) that gets the full reward ...
worst = {worst:.1f}          # ... and the score that gets none
size_correction = 0.1 # kcal/mol that each heavy atom gives by size alone; it does not count
alerts = ["PAINS", "BRENK"]   # structural alerts to keep out; also NIH, CHEMBL
required = []         # SMARTS that every candidate must contain
forbidden = []        # SMARTS that no candidate may contain

[objective.windows]   # limits, because docking prefers large, lipophilic molecules
mw = [200, 500]
clogp = [-1, 5]
hbd = [0, 5]
rotatable_bonds = [0, 10]
sa_score = [1, 5]     # synthetic accessibility: 1 easy, 10 hard
aromatic_rings = [0, 4]
stereocentres = [0, 3]   # given or not
hard_joins = [0, 2]   # bonds that are hard to make
# Also: qed, tpsa, hba, heavy_atoms, rings, fraction_csp3, log_prior_per_block

[sources]
tree_search = 0.25    # share of the candidates from a search; the flow network gives the rest

[acquisition]
kind = "ucb"          # how the batch is chosen: greedy, ucb, ei, pi, thompson
kappa = 0.2           # ucb: weight of the uncertainty
second_model = true   # the less good of two predictions counts

[selection]
max_similarity = 0.6  # largest similarity (Tanimoto) of two molecules of a batch

# To grow molecules from a scaffold, name its open positions (the tree search then has no share):
# [core]
# smiles = "O=C1NC(=O)c2cc([*:1])ccc21"

[compute]
workers = 0           # docking processes; 0: one for each core
"""

_README = """\
# {name}

Next, from this folder:

    molgfn check campaign.toml     validates everything and docks one control ligand
    molgfn run campaign.toml       makes runs/<date>_{name}/ with a CSV of candidates and a report
"""


def write_campaign(
    folder: Path,
    *,
    target: str | None = None,
    receptor: Path | None = None,
    box: Box | None = None,
    ligand: Path | None = None,
    score_control: Callable[[Receptor], float | None] | None = None,
) -> Path:
    """Write campaign.toml and a README with the next steps into a folder, which is made if need be.

    Parameters
    ----------
    folder : Path
    target : str, optional
        Name of a bundled target.
    receptor : Path, optional
        The user's own PDBQT, with a `box` or a `ligand`.
    box : six floats, optional
        Center and size, angstrom.
    ligand : Path, optional
        A bound ligand: the box is put around it.
    score_control : callable, optional
        Docks the control compound: from its score follow `best` and `worst` where molgfn brings no docked molecules
        for the target. Without it they are the defaults.

    Returns
    -------
    Path
        Of the campaign file.

    Raises
    ------
    ConfigError
        If these do not go together, the receptor or the ligand cannot be used, or there is a campaign file already.
    """
    file = folder / "campaign.toml"
    if file.exists():
        raise ConfigError(f"{file}: there is one already", "Choose another folder, or remove the file yourself.")
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: a file, not a folder", "Choose another folder.")
    if receptor is None and (box is not None or ligand is not None):
        given = "--box" if box is not None else "--ligand"
        raise ConfigError(f"{given}: no receptor to go with it", "Add --receptor R.pdbqt.")
    oracle = _target_lines(target) if receptor is None else _receptor_lines(folder, target, receptor, box, ligand)
    name = _name(folder)
    docked_into = find_target(target) if receptor is None and target else _own_receptor(receptor, box, ligand)
    # Before docking, which takes a minute: where no folder can be made, that is known at once.
    folder.mkdir(parents=True, exist_ok=True)
    best, worst, reason = _score_range(docked_into, score_control)
    text = _CAMPAIGN.format(
        name=toml_value(name),
        oracle="\n".join(oracle),
        initial=_initial(target),
        plan=CampaignSection(name=name),
        best=best,
        worst=worst,
        reason=reason,
    )
    with file.open("x", encoding="utf-8") as handle:
        handle.write(text)
    readme = folder / "README.md"
    if not readme.exists():
        readme.write_text(_README.format(name=name), encoding="utf-8")
    return file


def _target_lines(target: str | None) -> list[str]:
    if target is None:
        raise ConfigError(
            "nothing to dock against",
            "Name a target, as --target PARP1 (`molgfn targets` lists them),\n"
            "or your receptor with its box: --receptor R.pdbqt --box CX CY CZ SX SY SZ, or --ligand L.sdf.",
        )
    return [f"target = {toml_value(find_target(target).name)}"]


def _receptor_lines(
    folder: Path, target: str | None, receptor: Path, box: Box | None, ligand: Path | None
) -> list[str]:
    if target is not None:
        raise ConfigError("--target and --receptor exclude one another", "A named target has its own receptor and box.")
    if (box is None) == (ligand is None):
        what = "needs a box" if box is None else "takes --box or --ligand, not both"
        raise ConfigError(f"--receptor {what}", "Accepted: --box CX CY CZ SX SY SZ, or --ligand L.sdf.")
    docked_into = _own_receptor(receptor, box, ligand)
    center, size = toml_value(docked_into.center), toml_value(docked_into.size)
    lines = [f"receptor = {_path(receptor, folder)}"]
    if ligand is not None:
        return [*lines, f"ligand = {_path(ligand, folder)}", f"# the box around it: center = {center}, size = {size}"]
    return [*lines, f"center = {center}   # of the box, angstrom", f"size = {size}"]


def _own_receptor(receptor: Path | None, box: Box | None, ligand: Path | None) -> Receptor:
    assert receptor is not None
    center, size = (None, None) if box is None else (box[:3], box[3:])
    return receptor_from_files(receptor, center=center, size=size, ligand=ligand)


def _score_range(
    receptor: Receptor, score_control: Callable[[Receptor], float | None] | None
) -> tuple[float, float, str]:
    """Return `best`, `worst` and where they come from."""
    if receptor.name in BUNDLED_PROXIES:
        data = BUNDLED_PROXIES[receptor.name][1]
        with bundled("data", data).open(newline="", encoding="utf-8") as file:
            scores = sorted(float(row["score_kcal_mol"]) for row in csv.DictReader(file) if row["score_kcal_mol"])
        first, last = scores[len(scores) // 100], scores[len(scores) * 9 // 10]
        reason = (
            f"90% of the {len(scores)} molecules of {data} beat worst; best is {_BEYOND_BEST:g} beyond their top 1%."
        )
        return first - _BEYOND_BEST, last, reason
    control = score_control(receptor) if score_control else None
    if control is None:
        section = ObjectiveSection()
        return section.best, section.worst, "Usual values: see what `molgfn check` says of the control ligand."
    best, worst = control - _CONTROL_TO_BEST, control + _CONTROL_TO_WORST
    return best, worst, f"The control ligand (celecoxib) has {control:.1f}: best and worst lie on both sides of it."


def receptor_notes(file: Path) -> list[str]:
    """Return what the user should know of the receptor of a campaign file that was just written."""
    oracle = load_campaign(file).oracle
    return [finding.found for finding in oracle.notes()]


def _path(path: Path, folder: Path) -> str:
    return toml_value(Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix())


def _initial(target: str | None) -> str:
    if target is not None and target.upper() in BUNDLED_PROXIES:
        return ""
    return "initial = 48          # random molecules docked first, to train the first proxy on\n"


def _name(folder: Path) -> str:
    """Turn the name of a folder into one that a campaign may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.absolute().name).strip("-._")[:64] or "campaign"
