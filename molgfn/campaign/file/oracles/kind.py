"""What every kind of oracle is to a campaign: a section of the file that is checked, and that opens the oracle."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from rdkit import Chem

from molgfn.campaign.file.fields import Section, Share
from molgfn.campaign.file.finding import Finding
from molgfn.campaign.file.problem import Problem
from molgfn.direction import Direction
from molgfn.oracles.interfaces import Oracle


class OracleKind(Section):
    """`[oracle]`: the keys that every kind has; a kind adds its own and says what they mean."""

    known_direction: ClassVar[Direction | None] = None
    """Which values are better, where that is the same for every oracle of the kind."""

    side_by_side: ClassVar[bool] = False
    """Whether several compounds are worked on at once, by `[compute] workers`."""

    before_there_was_a_key: ClassVar[Mapping[str, Any]] = {}
    """Keys that a resolved file of an earlier version lacks, with the value that does what that version did."""

    kind: str
    max_failure_rate: Share = 0.5

    @classmethod
    def broken_rules(cls, oracle: Mapping[str, Any]) -> list[Problem]:  # noqa: ARG003
        """Return a problem for each rule between keys that the section breaks, as it stands in the file."""
        return []

    @classmethod
    def bundled_proxy(cls, oracle: Mapping[str, Any]) -> tuple[str, str] | None:  # noqa: ARG003
        """Return the proxy and the data that molgfn brings for the oracle of this section; none for most."""
        return None

    @property
    @abstractmethod
    def title(self) -> str:
        """What the user calls the oracle, for messages."""

    def input_files(self) -> dict[str, Path]:
        """Return the files that the oracle reads, by where the copy is among the inputs of a run."""
        return {}

    def moved_to(self, inputs: Path) -> Self:
        """Return the section with every path pointing to the copy in the folder `inputs`."""
        copies = {file: inputs / name for name, file in self.input_files().items()}
        paths = {key: copies[value] for key, value in self if isinstance(value, Path) and value in copies}
        return self.model_copy(update=paths)

    @abstractmethod
    def check(self) -> Iterator[Finding]:
        """Look at what the oracle needs, without asking it anything.

        Raises
        ------
        ConfigError, OracleError
            If it cannot answer any compound.
        """

    def structures(self, mol: Chem.Mol) -> int:  # noqa: ARG002
        """Return how many structures of a molecule the oracle works on at most, such as its stereoisomers."""
        return 1

    def notes(self) -> Iterator[Finding]:
        """Yield what can be used but is worth a look in what the user has given, as part of `check`."""
        return iter(())

    @abstractmethod
    def open(self, workers: int, poses: bool) -> Oracle:
        """Return the oracle, which the caller closes.

        Parameters
        ----------
        workers : int
            Processes at most; 0: one for each core.
        poses : bool
            Whether to hand back the pose of each compound, if the oracle docks.

        Raises
        ------
        ConfigError, OracleError
            As `check`.
        """
