"""Learn: train the proxy on all that was measured."""

from contextlib import ExitStack

from molgfn.campaign.lab.values import lab_rows, measured_in_run, with_lab
from molgfn.campaign.models.interfaces import ProxyEpoch
from molgfn.campaign.phases.state import Context
from molgfn.files import whole_folder
from molgfn.progress import Step


def learn(context: Context, round_number: int) -> None:
    """Train the proxy on all that was measured, going on from the one that the round was proposed with or after.

    What the lab has measured is learnt from too, except for what is held out.
    """
    store = context.store
    data = with_lab(measured_in_run(store), lab_rows(store))
    with ExitStack() as steps:
        shown: list[Step] = []

        def on_epoch(epoch: ProxyEpoch) -> None:
            if not shown:
                name, total = f"round {round_number}: training the proxy", epoch.members * epoch.epochs
                shown.append(steps.enter_context(context.progress.step(name, total=total)))
            shown[0].advance()
            context.stop.check()

        proxy = context.parts.train_proxy(
            [one.smiles for one in data],
            [one.value for one in data],
            sides=[one.side for one in data],
            counts=[one.n for one in data],
            unit=context.oracle.unit,
            direction=context.oracle.direction,
            seed=context.seed(round_number, "learn"),
            initial=context.proxy_folder(round_number - 1) if round_number > 0 else None,
            on_epoch=on_epoch,
        )
    with whole_folder(context.run.proxy(round_number)) as draft:
        proxy.save(draft)
    with store.transaction():
        store.finish(round_number, "learn")
    context.run.log(
        "learnt", round=round_number, molecules=len(data), measured=len(store.compounds(status="completed"))
    )
