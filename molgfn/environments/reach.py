"""Whether anything can be built in an environment; what cannot is told in the words of the campaign file."""

from typing import Protocol

from molgfn.arrays import BoolArray, IntArray
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.core import Core
from molgfn.environments.limits import Limits
from molgfn.environments.masks import Masks
from molgfn.environments.states import OpenStems, States
from molgfn.environments.tables import BlockTables
from molgfn.errors import ConfigError


class Environment(Protocol):
    """The parts of a `FragmentEnvironment` that are looked at here."""

    vocabulary: Vocabulary
    core: Core | None
    start: int
    min_blocks: int
    max_blocks: int
    tables: BlockTables
    limits: Limits
    masks: Masks

    def initial(self, batch: int) -> States: ...

    def capacity(self, states: States) -> IntArray: ...

    def open_stems(self, states: States) -> OpenStems: ...

    def first_blocks(self) -> BoolArray: ...


def check_reach(environment: Environment) -> None:
    """Check that a molecule of the smallest size can be built, within the limits.

    Raises
    ------
    ConfigError
        If none can, or the core is too large.
    """
    _check_sizes(environment)
    if environment.limits:
        _check_limits(environment)


def _check_sizes(environment: Environment) -> None:
    least, most, start, core = environment.min_blocks, environment.max_blocks, environment.start, environment.core
    vocabulary = environment.vocabulary
    if not 1 <= least <= most:
        raise ConfigError(
            f"[vocabulary] min_blocks = {least}, max_blocks = {most}: need 1 <= min_blocks <= max_blocks"
            + (f", and the core alone has {start} blocks." if start else ".")
        )
    if core is None:
        largest = 1 + int(environment.masks.block_growth[: len(vocabulary)].max())
    else:
        largest = start + int(environment.capacity(environment.initial(1))[0])
        if largest == start:
            raise ConfigError(
                f"[core] smiles = {core.smiles!r}: the vocabulary {vocabulary.name} joins nothing at its open stems."
            )
    if largest < least:
        raise ConfigError(
            f"[vocabulary] min_blocks = {least}: the vocabulary {vocabulary.name} ({len(vocabulary)} blocks) "
            f"cannot build molecules of more than {largest} blocks.",
            "Lower min_blocks, or build the vocabulary from a larger library.",
        )


def _check_limits(environment: Environment) -> None:
    highest, core = environment.limits.highest, environment.core
    if core is None:
        possible = bool(environment.first_blocks().any())
    else:
        above = environment.limits.first_above(environment.tables.blocks[len(environment.vocabulary) :])
        if above:
            raise ConfigError(
                f"[core] smiles = {core.smiles!r}: {above[0]} of the core alone is {above[1]:.4g}, "
                f"above the {highest[above[0]]:.4g} of [objective.windows] {above[0]}",
                "Every molecule contains the core: widen the window, or take a smaller core.",
            )
        possible = len(environment.open_stems(environment.initial(1)).state) > 0
    if not possible:
        written = ", ".join(f"{name} {value:.4g}" for name, value in highest.items())
        raise ConfigError(
            f"[objective.windows]: no molecule of {max(environment.min_blocks, environment.start + 1)} or more blocks "
            f"is within the upper limits ({written}).",
            "Widen a window, or lower [vocabulary] min_blocks.",
        )
