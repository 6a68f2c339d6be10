"""Former place of `molgfn.oracles.interfaces`: oracles that users wrote import their answers from here."""

from molgfn.direction import Direction
from molgfn.oracles.interfaces import Answer, Compound, Failure, Measurement, Oracle

__all__ = ["Answer", "Compound", "Direction", "Failure", "Measurement", "Oracle"]
