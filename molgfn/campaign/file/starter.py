"""Write a campaign file that is ready to run."""

import os
import re
from pathlib import Path

from molgfn.campaign.file.oracles.docking import BUNDLED_PROXIES
from molgfn.campaign.file.write import toml_value
from molgfn.errors import ConfigError
from molgfn.oracles.docking.receptors import find_target, receptor_from_files

Box = tuple[float, float, float, float, float, float]

_CAMPAIGN = """\
# A campaign of molgfn. Lines that start with # are comments; every key that is left out has a good default.

[campaign]
name = {name}
seed = 1              # the same seed gives the same molecules
rounds = 5
batch_size = 24       # molecules docked each round
proposals = 400       # candidates kept each round; the batch is chosen among them
{initial}
[oracle]
kind = "docking"
{oracle}
exhaustiveness = 8    # less is faster, and worthless

[objective]
best = -14.0          # docking score (kcal/mol) that counts as full marks ...
worst = -6.0          # ... and the one that counts as none
alerts = ["PAINS", "BRENK"]   # structural alerts to keep out; also NIH, CHEMBL
required = []         # SMARTS that every candidate must contain
forbidden = []        # SMARTS that none may contain

[objective.windows]   # docking alone rewards big, greasy molecules: candidates stay inside these
mw = [200, 500]
clogp = [-1, 5]
hbd = [0, 5]
rotatable_bonds = [0, 10]
sa_score = [1, 5]     # synthetic accessibility: 1 easy, 10 hard. Also: qed, tpsa, hba, heavy_atoms

[acquisition]
kind = "ucb"          # how the batch is chosen: greedy, ucb, ei, pi, thompson
kappa = 1.0           # ucb: how much uncertainty counts as promise

[selection]
max_similarity = 0.6  # no two molecules of a batch are more alike (Tanimoto) than this

# To grow molecules from a scaffold, name its open positions:
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
    folder.mkdir(parents=True, exist_ok=True)
    text = _CAMPAIGN.format(name=toml_value(name), oracle="\n".join(oracle), initial=_initial(target))
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
    found = receptor_from_files(
        receptor, center=None if box is None else box[:3], size=None if box is None else box[3:], ligand=ligand
    )
    center, size = toml_value(found.center), toml_value(found.size)
    lines = [f"receptor = {_path(receptor, folder)}"]
    if ligand is not None:
        return [*lines, f"ligand = {_path(ligand, folder)}", f"# the box around it: center = {center}, size = {size}"]
    return [*lines, f"center = {center}   # of the box, angstrom", f"size = {size}"]


def _path(path: Path, folder: Path) -> str:
    return toml_value(Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix())


def _initial(target: str | None) -> str:
    if target is not None and target.upper() in BUNDLED_PROXIES:
        return ""
    return "initial = 48          # random molecules docked first, to train the first proxy on\n"


def _name(folder: Path) -> str:
    """Turn the name of a folder into one that a campaign may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.absolute().name).strip("-._")[:64] or "campaign"
