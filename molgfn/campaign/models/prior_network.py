"""The flow network that was trained on the prior, from which the rounds of a campaign start."""

import time
from pathlib import Path

import numpy as np
import torch

from molgfn.campaign.file.network_file import network_of
from molgfn.campaign.file.sections import Campaign, SamplerSection, VocabularySection, WindowsSection
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.files import write_text
from molgfn.flow.fragments.prior_training import PriorTraining
from molgfn.flow.fragments.reward import Prior
from molgfn.flow.fragments.weights import Facts, Weights
from molgfn.flow.training import TrainerSettings
from molgfn.prior.prior import LibraryPrior
from molgfn.progress import Progress

STEPS, BATCH_SIZE, LEARNING_RATE = 1_000, 512, 1e-2
"""Of the training on the prior, where the vocabulary comes without a network that fits."""
_DRAWN = 2_000
"""Molecules of the law with which a network is compared for its card."""


def facts_of(environment: FragmentEnvironment, campaign: Campaign) -> Facts:
    """Return what a network for this campaign must be made for."""
    sampler = campaign.sampler
    return Facts.of(environment, sampler.width, sampler.layers, campaign.prior.weight, STEPS)


def fitting_network(campaign: Campaign, wanted: Facts) -> Weights | None:
    """Return the network that lies beside the vocabulary; None if there is none, it does not fit or is not wanted.

    Raises
    ------
    DataError
        If its file is damaged.
    """
    file = network_of(campaign.vocabulary.file)
    if not (campaign.prior.weight and campaign.prior.network and file.is_file()):
        return None
    weights = Weights.load(file)
    return weights if weights.facts.serves(wanted) else None


class NetworkOnPrior(PriorTraining):
    """See `PriorTrainer`.

    Parameters
    ----------
    environment : FragmentEnvironment
    prior : Prior
    facts : Facts
        What the network is made for, with the planned steps.
    seed : int
    device : str
    """

    def __init__(
        self, environment: FragmentEnvironment, prior: Prior, facts: Facts, seed: int, device: str = "cpu"
    ) -> None:
        self.facts, self.steps = facts, facts.steps
        settings = TrainerSettings(
            steps=facts.steps,
            batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
            epsilon=0.0,
            replay_fraction=0.0,
            width=facts.width,
            layers=facts.layers,
        )
        super().__init__(environment, prior, settings, seed, device)

    def write(self, path: Path) -> None:
        self.set_log_z(self.log_ratios(self.trajectories(_DRAWN, np.random.default_rng(2021))))
        Weights.of(self.network, self.facts).save(path)


def train_beside(file: Path, steps: int, seed: int, device: str, progress: Progress) -> str:
    """Train a network on the prior of a vocabulary, for all campaigns; return a summary for people.

    It is trained with the default windows and widths, and with one block more than campaigns have by default, so that
    it serves smaller molecules too. Writes `network_of(file)`, and a card beside it with the ending `.md`.

    Raises
    ------
    DataError
        If the vocabulary cannot be read.
    ConfigError
        If it has no law of a library.
    """
    section, sampler = VocabularySection(), SamplerSection()
    environment = FragmentEnvironment(
        Vocabulary.load(file), section.min_blocks, section.max_blocks + 1, limits=WindowsSection().upper()
    )
    facts = Facts.of(environment, sampler.width, sampler.layers, 1.0, steps)
    training = NetworkOnPrior(environment, LibraryPrior(environment), facts, seed, device)
    started = time.monotonic()
    with progress.step("training the flow network on the prior", total=steps) as shown:
        training.train(steps, lambda step: shown.advance(1, f"loss {step.loss:.2f}"))
    out = network_of(file)
    training.write(out)
    seconds = time.monotonic() - started
    write_text(out.with_suffix(".md"), _card(training, file.name, f"{seed}, on {device}, in {seconds:.0f} s"))
    return f"{out}: trained for {steps:,} steps in {seconds / 60:.0f} min"


def _card(training: NetworkOnPrior, vocabulary: str, seed: str) -> str:
    """Return the card of a network in Markdown."""
    facts, log_z = training.facts, float(training.network.log_z.detach())
    law = log_z + training.log_ratios(training.trajectories(_DRAWN, np.random.default_rng(2022)))
    own = log_z + training.log_ratios(training.network.draw(_DRAWN, torch.Generator().manual_seed(2022))[0])
    missed = float(np.maximum(1 - np.exp(law), 0).mean())
    return f"""# The flow network of {vocabulary}

It has learned to draw molecules of the law of the library, without any reward. The rounds of a campaign start from it.
It serves the vocabulary with the digest `{facts.vocabulary[:16]}`, at most {facts.max_blocks} blocks, with a core or
without, `[sampler] width = {facts.width}` and `layers = {facts.layers}`.

Made by `molgfn vocabulary train {vocabulary} --steps {facts.steps}`: default windows, {BATCH_SIZE} trajectories a step,
learning rate {LEARNING_RATE:g}, seed {seed}, torch {torch.__version__}.

How near it is to the law, from {_DRAWN:,} trajectories of each (q: probability under the network, p: under the law):

| log q - log p | mean | median | standard deviation |
|---|---|---|---|
| trajectories of the law | {law.mean():.2f} | {np.median(law):.2f} | {law.std():.2f} |
| trajectories of the network | {own.mean():.2f} | {np.median(own):.2f} | {own.std():.2f} |

Kullback-Leibler divergence of q from p: {-law.mean():.2f}. Total variation over trajectories: {missed:.2f}.
"""
