"""Which values of a quantity are better: the lower ones (a docking score) or the higher ones (a pIC50)."""

from typing import Literal

Direction = Literal["minimise", "maximise"]
