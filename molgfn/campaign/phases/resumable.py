"""Training that can be stopped at any step, and continued."""

from collections.abc import Callable
from typing import Protocol

from molgfn.campaign.models.interfaces import FlowStep
from molgfn.campaign.phases.state import Context
from molgfn.errors import Stopped

CHECKPOINT_STEPS = 100
"""Steps of training between two checkpoints."""
STEPS_FILE = "steps.json"
"""Of a checkpoint: how many steps are done."""


class Trainable(Protocol):
    """What is trained."""

    def train(self, steps: int, on_step: Callable[[FlowStep], None] | None = None) -> object: ...


def train_in_parts(
    context: Context,
    title: str,
    trained: Trainable,
    done: int,
    steps: int,
    checkpoint: Callable[[int], None],
    words: Callable[[FlowStep], str],
) -> None:
    """Train from step `done` to `steps`; `checkpoint` is called with the number of steps done, also on a stop.

    `words` tells the user about a step.

    Raises
    ------
    Stopped
        If the user stops it.
    """
    with context.progress.step(title, total=steps - done) as shown:

        def on_step(step: FlowStep) -> None:
            nonlocal done
            done += 1
            shown.advance(1, words(step))
            context.stop.check()

        try:
            while done < steps:
                trained.train(min(CHECKPOINT_STEPS - done % CHECKPOINT_STEPS, steps - done), on_step)
                checkpoint(done)
        except Stopped:
            checkpoint(done)
            raise
