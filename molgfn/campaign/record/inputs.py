"""The first files of a run: copies of all inputs, so that it can be moved, and resumed if the originals change."""

import hashlib
import platform
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from molgfn.campaign.file.load import Campaign, resolved_toml
from molgfn.campaign.file.network_file import network_of
from molgfn.campaign.record.compound_ids import new_prefix
from molgfn.campaign.record.rows import InitialRow
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.device import chosen_device
from molgfn.files import write_json, write_text

PACKAGES = ("molgfn", "torch", "torch-geometric", "rdkit", "numpy", "vina", "meeko", "dockstring")


def prepare(
    run: RunDirectory, campaign: Campaign, source: Path | None, argv: Sequence[str], initial: Sequence[InitialRow]
) -> None:
    """Write the first files of a run directory: campaign files, inputs, manifest and a record.

    Parameters
    ----------
    run : RunDirectory
        An empty folder.
    campaign : Campaign
    source : Path or None
        The campaign file as the user wrote it.
    argv : sequence of str
        The command line.
    initial : sequence of InitialRow
        The initial data.
    """
    inputs = dict(_inputs(campaign))
    for name, original in inputs.items():
        _copy(original, run.path / name)
    resolved = resolved_toml(_with_inputs(campaign, run), run.path)
    write_text(run.resolved, resolved)
    write_text(run.path / "campaign.toml", source.read_text(encoding="utf-8-sig") if source else resolved)
    write_json(run.path / "manifest.json", _manifest(run, campaign, inputs, argv, resolved))
    with Store.create(run.database) as store, store.transaction():
        store.add_initial_data(initial)


def _inputs(campaign: Campaign) -> Iterator[tuple[str, Path]]:
    """Yield each file or folder that a campaign reads, with the place of its copy in the run directory."""
    yield "inputs/vocabulary.json", campaign.vocabulary.file
    network = network_of(campaign.vocabulary.file)
    if campaign.prior.weight and campaign.prior.network and network.is_file():
        yield network_of(Path("inputs/vocabulary.json")).as_posix(), network
    if campaign.proxy.start is not None:
        yield "inputs/proxy", campaign.proxy.start
    if campaign.proxy.data is not None:
        yield "inputs/data.csv", campaign.proxy.data
    if campaign.routes.stock is not None:
        yield f"inputs/stock{campaign.routes.stock.suffix}", campaign.routes.stock
    library = campaign.sources.library_file
    if library is not None:
        yield f"inputs/library{library.suffix}", library
    for name, file in campaign.oracle.input_files().items():
        yield f"inputs/{name}", file


def _with_inputs(campaign: Campaign, run: RunDirectory) -> Campaign:
    """Return the campaign with every path pointing to the copy."""
    copies = {original: run.path.absolute() / name for name, original in _inputs(campaign)}
    changed = {}
    for name in ("vocabulary", "proxy", "routes", "sources"):
        section = getattr(campaign, name)
        paths = {key: copies[value] for key, value in section if isinstance(value, Path) and value in copies}
        changed[name] = section.model_copy(update=paths)
    oracle = campaign.oracle.moved_to(run.path.absolute() / "inputs")
    return campaign.model_copy(update=changed | {"oracle": oracle})


def _copy(original: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    if original.is_dir():
        shutil.copytree(original, copy)
    else:
        shutil.copyfile(original, copy)


def _manifest(
    run: RunDirectory, campaign: Campaign, inputs: dict[str, Path], argv: Sequence[str], resolved: str
) -> dict[str, Any]:
    files = sorted(
        path for name in inputs for path in [run.path / name, *(run.path / name).rglob("*")] if path.is_file()
    )
    digests = {run.relative(path): _sha256(path) for path in files}
    return {
        "campaign": campaign.campaign.name,
        "id_prefix": new_prefix(campaign.campaign.name, resolved, digests.values()),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "argv": list(argv),
        "seed": campaign.campaign.seed,
        "device": chosen_device(campaign.compute.device),
        "threads": campaign.compute.threads,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {package: _version(package) for package in PACKAGES},
        "git_commit": _git_commit(),
        "inputs": {name: original.name for name, original in inputs.items()},
        "sha256": digests,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git_commit() -> str | None:
    """Return the commit of a checkout of molgfn; None if molgfn is installed from a wheel."""
    checkout = Path(__file__).parents[3]
    if not (checkout / ".git").exists():
        return None
    try:
        command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
