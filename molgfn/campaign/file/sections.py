"""The sections of a campaign file, with their types, limits and defaults."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.bundled import bundled
from molgfn.chem.alerts import ALERT_CATALOGS
from molgfn.chem.standardise import MoleculeError, parse_smiles
from molgfn.oracles.docking.receptors import target_names


class Section(BaseModel):
    """Read-only, and strict: a key that no section has is an error, and so is 8 written as a string."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def found_in(
    what: Literal["file", "folder"], kind: Literal["data", "proxy"] | None = None
) -> Callable[[Path, ValidationInfo], Path]:
    """Return a validator that makes a path absolute: beside the campaign file, else the bundled one of that kind."""
    is_there = Path.is_file if what == "file" else Path.is_dir

    def resolve(path: Path, info: ValidationInfo) -> Path:
        folder: Path = (info.context or {}).get("folder", Path.cwd())
        places = [folder / os.path.expanduser(path)]
        if kind and len(path.parts) == 1:
            places.append(bundled(kind, path.name))
        for place in places:
            if is_there(place):
                return place.resolve()
        looked = [str(place) for place in places]
        raise PydanticCustomError("missing_file", "no such file", {"what": what, "looked": looked})

    return resolve


def _smarts(pattern: str) -> str:
    with BlockLogs():
        if not pattern or Chem.MolFromSmarts(pattern) is None:
            raise PydanticCustomError("smarts", "not a valid SMARTS")
    return pattern


def _core(smiles: str) -> str:
    try:
        mol = parse_smiles(smiles)
    except MoleculeError:
        raise PydanticCustomError("core", "not a valid SMILES") from None
    points = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0]
    if not points:
        raise PydanticCustomError("core_points", "a core needs at least one attachment point")
    if any(atom.GetDegree() != 1 or atom.GetBonds()[0].GetBondType() != Chem.BondType.SINGLE for atom in points):
        raise PydanticCustomError("core_bonds", "an attachment point hangs on one single bond")
    if len(points) == mol.GetNumAtoms() or len(Chem.GetMolFrags(mol)) > 1:
        raise PydanticCustomError("core_whole", "a core is one connected molecule")
    return smiles


def _catalog(name: str) -> str:
    if name not in ALERT_CATALOGS:
        raise PydanticCustomError("unknown_alerts", "unknown alert catalog", {"name": name, "names": ALERT_CATALOGS})
    return name


def _target(name: str) -> str:
    folded = {known.casefold(): known for known in target_names()}
    if name.casefold() not in folded:
        raise PydanticCustomError("unknown_target", "unknown target", {"name": name, "names": list(folded.values())})
    return folded[name.casefold()]


def _window(window: tuple[float, float]) -> tuple[float, float]:
    low, high = window
    if math.isnan(low) or math.isnan(high):
        raise PydanticCustomError("window_nan", "a window has two numbers")
    if low > high:
        raise PydanticCustomError("window", "the low end is above the high end")
    return window


Count = Annotated[int, Field(ge=1)]
NaturalNumber = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, le=1)]
# A strict tuple or path would refuse the list or string that TOML gives; what is inside stays strict.
Point = Annotated[tuple[float, float, float], Field(strict=False)]
BoxSize = Annotated[tuple[Positive, Positive, Positive], Field(strict=False)]
Catalogs = Annotated[tuple[Annotated[str, AfterValidator(_catalog)], ...], Field(strict=False)]
Smarts = Annotated[tuple[Annotated[str, AfterValidator(_smarts)], ...], Field(strict=False)]
Bound = Annotated[float, Field(allow_inf_nan=True)]
Window = Annotated[tuple[Bound, Bound], Field(strict=False), AfterValidator(_window)]
InputFile = Annotated[Path, Field(strict=False), AfterValidator(found_in("file"))]
InputFolder = Annotated[Path, Field(strict=False), AfterValidator(found_in("folder"))]
DataFile = Annotated[Path, Field(strict=False), AfterValidator(found_in("file", "data"))]
ProxyFolder = Annotated[Path, Field(strict=False), AfterValidator(found_in("folder", "proxy"))]
ANY: tuple[float, float] = (-math.inf, math.inf)


class CampaignSection(Section):
    """`[campaign]`: what it is called and how much it may spend."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    rounds: Count = 2
    batch_size: Count = 10
    """Molecules sent to the oracle each round."""
    proposals: Count = 200
    """Candidates kept each round, of which the batch is chosen."""
    initial: Annotated[int, Field(ge=10)] = 48
    """Random molecules measured as round 0 where no data is given to train the first proxy."""


class VocabularySection(Section):
    """`[vocabulary]`: the blocks that molecules are built from."""

    file: DataFile = Field(default_factory=lambda: bundled("data", "vocabulary.json"))
    min_blocks: Count = 2
    max_blocks: Count = 8


class CoreSection(Section):
    """`[core]`: a scaffold that every molecule contains, with its open stems as `[*:1]`, `[*:2]`, ..."""

    smiles: Annotated[str, AfterValidator(_core)]


class WindowsSection(Section):
    """`[objective.windows]`: [low, high] of each property, ends included; inf where there is no limit."""

    mw: Window = (200.0, 500.0)
    clogp: Window = (-1.0, 5.0)
    tpsa: Window = ANY
    hbd: Window = (0.0, 5.0)
    hba: Window = ANY
    rotatable_bonds: Window = (0.0, 10.0)
    qed: Window = ANY
    sa_score: Window = (1.0, 5.0)
    heavy_atoms: Window = ANY

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the windows that limit anything, by property name."""
        return {name: window for name, window in self if window != ANY}


class ObjectiveSection(Section):
    """`[objective]`: what a good molecule is."""

    best: float = -14.0
    worst: float = -6.0
    exponent: Positive = 8.0
    floor: Annotated[float, Field(gt=0, lt=1)] = 1e-3
    windows: WindowsSection = WindowsSection()
    alerts: Catalogs = ("PAINS", "BRENK")
    required: Smarts = ()
    forbidden: Smarts = ()


class ProxySection(Section):
    """`[proxy]`: the model that predicts the oracle."""

    start: ProxyFolder | None = None
    data: DataFile | None = None
    value_column: Annotated[str, Field(min_length=1)] = "score_kcal_mol"
    model: Literal["network", "forest"] = "network"
    members: Annotated[int, Field(ge=2)] = 5
    epochs: Count = 25
    fine_tune_epochs: Count = 6
    """Passes over the data where the training goes on from an earlier proxy."""


class SamplerSection(Section):
    """`[sampler]`: the flow network and how long it is trained each round."""

    steps: Count = 1000
    batch_size: Count = 64
    learning_rate: Positive = 4e-3
    log_z_learning_rate: Positive = 0.1
    epsilon: Annotated[float, Field(ge=0, le=1)] = 0.1
    replay_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.5
    width: Annotated[int, Field(ge=8)] = 128
    layers: Count = 1


class AcquisitionSection(Section):
    """`[acquisition]`: how predicted value and uncertainty make one number."""

    kind: Literal["greedy", "ucb", "ei", "pi", "thompson"] = "ucb"
    kappa: NotNegative = 1.0


class SelectionSection(Section):
    """`[selection]`: how different the molecules of one batch are."""

    max_similarity: Share = 0.6


class DockingSection(Section):
    """`[oracle]` with `kind = "docking"`: a named target, or a receptor with a box or a bound ligand."""

    kind: Literal["docking"] = "docking"
    target: Annotated[str, AfterValidator(_target)] | None = None
    receptor: InputFile | None = None
    center: Point | None = None
    size: BoxSize | None = None
    ligand: InputFile | None = None
    exhaustiveness: Count = 8
    max_evals: NaturalNumber = 250_000
    seed: Annotated[int, Field(ge=1, lt=2**31)] = 42
    time_limit_s: Positive = 600.0
    max_failure_rate: Share = 0.5


class PythonSection(Section):
    """`[oracle]` with `kind = "python"`: a class of the user's own, called with the options as keywords."""

    kind: Literal["python"]
    factory: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    folder: Annotated[InputFolder, Field(validate_default=True)] = Path()
    """Where to import from, by default the folder of the campaign file."""
    options: dict[str, Any] = Field(default_factory=dict)
    max_failure_rate: Share = 0.5


OracleSection = Annotated[DockingSection | PythonSection, Field(discriminator="kind")]


class ComputeSection(Section):
    """`[compute]`: worker processes (0: one for each core) and threads of the learning."""

    workers: NaturalNumber = 0
    threads: Count = 1


class Campaign(Section):
    """A whole campaign file; every path in it is absolute."""

    campaign: CampaignSection
    oracle: OracleSection
    vocabulary: VocabularySection = Field(default_factory=VocabularySection)
    core: CoreSection | None = None
    objective: ObjectiveSection = ObjectiveSection()
    proxy: ProxySection = ProxySection()
    sampler: SamplerSection = SamplerSection()
    acquisition: AcquisitionSection = AcquisitionSection()
    selection: SelectionSection = SelectionSection()
    compute: ComputeSection = ComputeSection()
