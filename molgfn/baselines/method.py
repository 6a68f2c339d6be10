"""What a comparison asks of every method."""

from typing import Protocol

from molgfn.flow.fragments.reward import Scored


class Method(Protocol):
    """Proposes molecules in batches and learns from their rewards.

    Every molecule that a method looks at is in what `step` returns: that is what counts as a visit. The seed given at
    construction fixes all that follows.
    """

    def step(self) -> list[Scored]:
        """Visit one batch more; an empty one says that there is nothing left to visit."""
        ...
