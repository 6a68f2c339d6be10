"""`[oracle]` with `kind = "docking"`: AutoDock Vina against a named target, or a receptor of the user's own."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from rdkit import Chem

from molgfn.campaign.file.fields import BoxSize, Count, InputFile, InputFolder, NaturalNumber, Point, Positive
from molgfn.campaign.file.finding import Finding
from molgfn.campaign.file.oracles.kind import OracleKind
from molgfn.campaign.file.problem import Problem
from molgfn.chem.properties import undefined_stereo
from molgfn.direction import Direction
from molgfn.errors import ConfigError
from molgfn.oracles.docking.pocket import pocket_notes
from molgfn.oracles.docking.receptors import (
    Receptor,
    find_target,
    receptor_from_files,
    target_files,
    target_names,
)
from molgfn.oracles.interfaces import Oracle
from molgfn.oracles.workers import local_processes

# The target that molgfn brings a trained proxy and a docked set for.
BUNDLED_PROXIES = {"PARP1": ("parp1-docking", "parp1_docked.csv")}
_BOX_EXAMPLE = "center = [10.0, 20.0, 30.0]\nsize = [22.0, 22.0, 22.0]"
_LIGAND = 'ligand = "ligand.sdf"'


def _target(name: str) -> str:
    folded = {known.casefold(): known for known in target_names()}
    if name.casefold() not in folded:
        raise PydanticCustomError("unknown_target", "unknown target", {"name": name, "names": list(folded.values())})
    return folded[name.casefold()]


class DockingSection(OracleKind):
    """A named target, or a receptor with a box or a bound ligand, and how thoroughly Vina searches."""

    known_direction: ClassVar[Direction | None] = "minimise"
    side_by_side: ClassVar[bool] = True
    before_there_was_a_key: ClassVar[Mapping[str, Any]] = {
        "protonation_states": 0,
        "stereo_isomers": 1,
        "max_rigid_ring": 6,
    }

    kind: Literal["docking"] = "docking"
    target: Annotated[str, AfterValidator(_target)] | None = None
    folder: InputFolder | None = None
    """Where the receptor and the box of the target are, by default in the package that brings them."""
    receptor: InputFile | None = None
    center: Point | None = None
    size: BoxSize | None = None
    ligand: InputFile | None = None
    exhaustiveness: Count = 8
    max_evals: NaturalNumber = 250_000
    seed: Annotated[int, Field(ge=1, lt=2**31)] = 42
    time_limit_s: Positive = 600.0
    protonation_states: NaturalNumber = 1
    """States at pH 7.4 that are docked, the best counts; 0: the neutral form."""
    stereo_isomers: Count = 2
    """Isomers that are docked where stereo is not defined, the best counts."""
    max_rigid_ring: Annotated[int, Field(ge=6, le=33)] = 12
    """Rings of 7 to so many atoms keep their shape in docking; larger rings may change it."""

    @classmethod
    def broken_rules(cls, oracle: Mapping[str, Any]) -> list[Problem]:
        return _receptor_problems(oracle)

    @classmethod
    def bundled_proxy(cls, oracle: Mapping[str, Any]) -> tuple[str, str] | None:
        return BUNDLED_PROXIES.get(str(oracle.get("target")).upper())

    @property
    def title(self) -> str:
        return f"docking into {self.target or (self.receptor.stem if self.receptor else 'nothing')}"

    def input_files(self) -> dict[str, Path]:
        if self.target is not None:
            return {f"target/{name}": file for name, file in target_files(self.target, self.folder).items()}
        files = {}
        if self.receptor is not None:
            files["receptor.pdbqt"] = self.receptor
        if self.ligand is not None:
            files[f"ligand{self.ligand.suffix}"] = self.ligand
        return files

    def moved_to(self, inputs: Path) -> Self:
        if self.target is not None:
            return self.model_copy(update={"folder": inputs / "target"})
        return super().moved_to(inputs)

    def check(self) -> Iterator[Finding]:
        from molgfn.oracles.docking.oracle import docking_engine  # loads the docking libraries

        receptor = self.find_receptor()
        center, size = (" ".join(f"{value:.1f}" for value in vector) for vector in (receptor.center, receptor.size))
        yield Finding("receptor", f"{receptor.name}, box at {center}, size {size} angstrom")
        yield from self.notes()
        yield Finding("docking", docking_engine())

    def structures(self, mol: Chem.Mol) -> int:
        isomers: int = min(self.stereo_isomers, 2 ** undefined_stereo(mol))
        return isomers * max(self.protonation_states, 1)

    def notes(self) -> Iterator[Finding]:
        if self.receptor is not None:
            for note in pocket_notes(self.find_receptor(), self.ligand):
                yield Finding("receptor", note, "note")

    def open(self, workers: int, poses: bool) -> Oracle:
        # The docking libraries take a second to load: a campaign with an oracle of its own does not need them.
        from molgfn.oracles.docking.oracle import DockingOracle, DockingSettings

        settings = DockingSettings(
            exhaustiveness=self.exhaustiveness,
            max_evals=self.max_evals,
            seed=self.seed,
            time_limit_s=self.time_limit_s,
            protonation_states=self.protonation_states,
            stereo_isomers=self.stereo_isomers,
            max_rigid_ring=self.max_rigid_ring,
        )
        executor = local_processes(workers or os.cpu_count() or 1)
        return DockingOracle(self.find_receptor(), settings, executor, poses=poses)

    def find_receptor(self) -> Receptor:
        """Return the receptor and the box that the section names.

        Raises
        ------
        ConfigError
            If a file cannot be used.
        """
        if self.target is not None:
            return find_target(self.target, self.folder)
        if self.receptor is None:
            raise ConfigError("[oracle]: neither a target nor a receptor")
        return receptor_from_files(self.receptor, center=self.center, size=self.size, ligand=self.ligand)


def _receptor_problems(oracle: Mapping[str, Any]) -> list[Problem]:
    has = {key for key in ("target", "receptor", "ligand", "center", "size") if key in oracle}
    if "target" in has:
        return [
            Problem(
                ("oracle", key),
                "a named target has its own receptor and box.\nRemove it, or remove target.",
                oracle[key],
            )
            for key in sorted(has - {"target"})
        ]
    if "folder" in oracle:
        return [Problem(("oracle", "folder"), "only a named target is read from a folder.", oracle["folder"])]
    if "receptor" not in has:
        if not has:
            return [
                Problem(("oracle",), 'nothing to dock against.\nName a target, as target = "PARP1", or a receptor.')
            ]
        return [
            Problem(("oracle", key), 'no receptor to go with it.\nAdd receptor = "receptor.pdbqt".', oracle[key])
            for key in sorted(has)
        ]
    if "ligand" in has:
        return [
            Problem(("oracle", key), "the ligand gives the box already.\nRemove it, or remove ligand.", oracle[key])
            for key in sorted(has & {"center", "size"})
        ]
    missing = sorted({"center", "size"} - has)
    if len(missing) == 2:
        return [
            Problem(
                ("oracle", "receptor"),
                f"no box to dock into.\nAdd it (angstrom):\n{_BOX_EXAMPLE}\nor a bound ligand:\n{_LIGAND}",
                oracle["receptor"],
            )
        ]
    return [Problem(("oracle", key), f"missing. A box has both:\n{_BOX_EXAMPLE}") for key in missing]
