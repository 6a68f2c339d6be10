"""The kinds of oracle that there are. A new kind is a file beside this one, and its section in the union below."""

from typing import Annotated, get_args

from pydantic import Field

from molgfn.campaign.file.oracles.docking import DockingSection
from molgfn.campaign.file.oracles.kind import OracleKind
from molgfn.campaign.file.oracles.python_class import PythonSection

OracleSection = Annotated[DockingSection | PythonSection, Field(discriminator="kind")]

KINDS: dict[str, type[OracleKind]] = {
    get_args(section.model_fields["kind"].annotation)[0]: section for section in get_args(get_args(OracleSection)[0])
}
"""Section of each kind, by the word that stands for it in the file."""
