"""A flow network trained on the prior, once in a run, where none came with the vocabulary."""

import json
import shutil
from pathlib import Path

from molgfn.campaign.phases.resumable import STEPS_FILE, train_in_parts
from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.damage import reading_checkpoint
from molgfn.files import whole_folder, write_json


def prior_network(context: Context) -> Path | None:
    """Return the weights from which the flow network of every round starts; they are made if there are none.

    None: the campaign has no prior, or a core, or a network that fits came with the vocabulary.

    Raises
    ------
    Stopped
        If the user stops it; the training continues from there after `resume`.
    """
    run = context.run
    if run.prior_network.is_file():
        return run.prior_network
    trainer = context.parts.prior_trainer(context.campaign.campaign.seed)
    if trainer is None:
        return None
    folder, done = run.prior_training, 0
    if folder.is_dir():
        with reading_checkpoint(folder, f"Delete this folder, then `molgfn resume {run.path}`: it is trained again."):
            done = int(json.loads((folder / STEPS_FILE).read_text(encoding="utf-8"))["steps"])
            trainer.load(folder)
    else:
        context.progress.log(
            "no trained flow network fits this vocabulary and [sampler]: one is trained on the prior first, for "
            "all rounds (`molgfn vocabulary train` keeps one for all campaigns)"
        )

    def checkpoint(done: int) -> None:
        with whole_folder(folder) as draft:
            trainer.save(draft)
            write_json(draft / STEPS_FILE, {"steps": done})

    title = "training the flow network on the prior"
    train_in_parts(context, title, trainer, done, trainer.steps, checkpoint, lambda step: f"loss {step.loss:.2f}")
    draft = run.prior_network.with_suffix(".draft")
    trainer.write(draft)
    draft.replace(run.prior_network)
    shutil.rmtree(folder)
    return run.prior_network
