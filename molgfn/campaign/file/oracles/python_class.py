"""`[oracle]` with `kind = "python"`: a class of the user's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from molgfn.campaign.file.fields import InputFolder
from molgfn.campaign.file.finding import Finding
from molgfn.campaign.file.oracles.kind import OracleKind
from molgfn.oracles.interfaces import Oracle
from molgfn.oracles.python_class import import_factory, load_python_oracle
from molgfn.oracles.python_files import files_of


class PythonSection(OracleKind):
    """A class that is called with the options as keywords; see `molgfn.oracles.python_class`."""

    kind: Literal["python"]
    factory: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    folder: Annotated[InputFolder, Field(validate_default=True)] = Path()
    """Where to import from, by default the folder of the campaign file."""
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"oracle {self.factory}"

    def input_files(self) -> dict[str, Path]:
        return {f"oracle/{name}": file for name, file in files_of(self.factory, self.folder).items()}

    def moved_to(self, inputs: Path) -> Self:
        # An installed class, of which there is no copy, needs no folder: `inputs` stands for it.
        return self.model_copy(update={"folder": inputs / "oracle" if self.input_files() else inputs})

    def check(self) -> Iterator[Finding]:
        # Only imported: to make the object may take long, and is done when it is opened.
        import_factory(self.factory, self.folder)
        yield Finding("oracle", f"Python class {self.factory}")

    def open(self, workers: int, poses: bool) -> Oracle:  # noqa: ARG002
        return load_python_oracle(self.factory, self.options, self.folder)
