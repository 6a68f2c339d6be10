"""Learn: train the proxy on all values so far."""

from contextlib import ExitStack

from molgfn.campaign.lab.values import (
    Example,
    keeps_start,
    lab_rows,
    note_forgetting,
    stereo_of_run,
    training_examples,
    with_lab,
)
from molgfn.campaign.models.interfaces import ProxyEpoch, ProxyModel
from molgfn.campaign.phases.state import Context
from molgfn.files import whole_folder
from molgfn.progress import Step

ENOUGH_ALONE = 50
"""Molecules from which on a proxy goes on learning without those that it was trained on before: from fewer it would
forget more than they teach."""


def learn(context: Context, round_number: int) -> None:
    """Train the proxy further on all values so far; training starts from the latest proxy.

    The training data are the training molecules of the proxy that the campaign starts from, the values of the run, and
    the lab's values without the held-out ones.
    """
    store = context.store
    examples = with_lab(training_examples(context.run, store), lab_rows(store), stereo_of_run(context.run))
    note_forgetting(context.run, context.progress)
    alone = not keeps_start(context.run) and not store.initial_data()
    if alone and len(examples) < ENOUGH_ALONE:
        few = f"round {round_number}: {len(examples)} values are too few for that"
        context.progress.log(f"{few} (at least {ENOUGH_ALONE}): the proxy stays as it is")
        proxy = context.parts.load_proxy(context.proxy_folder(round_number - 1))
    else:
        proxy = _trained(context, round_number, examples)
    with whole_folder(context.run.proxy(round_number)) as draft:
        proxy.save(draft)
    with store.transaction():
        store.finish(round_number, "learn")
    context.run.log(
        "learnt", round=round_number, molecules=len(examples), measured=len(store.compounds(status="completed"))
    )


def _trained(context: Context, round_number: int, examples: list[Example]) -> ProxyModel:
    with ExitStack() as steps:
        shown: list[Step] = []

        def on_epoch(epoch: ProxyEpoch) -> None:
            if not shown:
                name, total = f"round {round_number}: training the proxy", epoch.members * epoch.epochs
                shown.append(steps.enter_context(context.progress.step(name, total=total)))
            shown[0].advance()
            context.stop.check()

        return context.parts.train_proxy(
            [example.smiles for example in examples],
            [example.value for example in examples],
            sides=[example.side for example in examples],
            counts=[example.n for example in examples],
            unit=context.oracle.unit,
            direction=context.oracle.direction,
            seed=context.seed(round_number, "learn"),
            initial=context.proxy_folder(round_number - 1) if round_number > 0 else None,
            on_epoch=on_epoch,
        )
