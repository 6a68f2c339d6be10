"""Builds the parts of a campaign from its file: environment, flow network, proxy and oracle."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from molgfn.campaign.file.load import Campaign
from molgfn.campaign.models.environment import environment_of
from molgfn.campaign.models.flow import flow_trainer, later_steps, training_objective
from molgfn.campaign.models.interfaces import FlowTrainer, PriorTrainer, ProxyEpoch, ProxyModel, Reward, Sampled, Source
from molgfn.campaign.models.oracle import open_oracle
from molgfn.campaign.models.prior_network import NetworkOnPrior, facts_of, fitting_network
from molgfn.campaign.sources.build import sources_of
from molgfn.chem.standardise import MoleculeError, standard_smiles
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.device import chosen_device
from molgfn.direction import Direction
from molgfn.flow.fragments.trainer import random_samples, samples_of
from molgfn.flow.fragments.weights import Weights
from molgfn.oracles.interfaces import Oracle
from molgfn.prior.prior import LibraryPrior
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy


class CampaignParts:
    """The real parts of a campaign; see `Parts`.

    Raises
    ------
    ConfigError, DataError
        If the vocabulary cannot be read, cannot build a molecule of the smallest size, or has no law for the prior, or
        if a GPU is wanted and there is none.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        torch.set_num_threads(campaign.compute.threads)
        self._device = chosen_device(campaign.compute.device)
        self._environment = environment_of(campaign)
        weight = campaign.prior.weight
        self._prior = LibraryPrior(self._environment, weight) if weight else None
        self._objective = training_objective(campaign)
        self._wanted = facts_of(self._environment, campaign)

    def open_oracle(self) -> Oracle:
        return open_oracle(self._campaign)

    def library(self, smiles: Sequence[str]) -> Sequence[Tree]:
        trees: list[Tree] = []
        for name in smiles:
            with suppress(MoleculeError, NotCovered):
                trees += self._environment.trees(standard_smiles(name))
        return trees

    @cached_property
    def _network(self) -> Weights | None:
        """The network that came with the vocabulary, if it is to be used and fits."""
        return fitting_network(self._campaign, self._wanted)

    def prior_trainer(self, seed: int) -> PriorTrainer | None:
        campaign = self._campaign
        if self._prior is None or not campaign.prior.network or self._network is not None:
            return None
        # Molecules with the core cannot be drawn by the law alone: the network learns the law without it.
        environment = environment_of(campaign.model_copy(update={"core": None})) if campaign.core else self._environment
        return NetworkOnPrior(environment, LibraryPrior(environment), self._wanted, seed, self._device)

    def flow_trainer(
        self, reward: Reward, seed: int, library: Sequence[Tree] = (), start: Path | None = None
    ) -> FlowTrainer:
        weights, steps = self._network, None
        if start is not None and start.is_dir():
            weights, steps = Weights.of_checkpoint(start, self._wanted), self.later_steps()
        elif start is not None:
            weights = Weights.load(start)
        return flow_trainer(
            self._campaign,
            self._objective,
            self._environment,
            reward,
            seed,
            library=library,
            prior=self._prior,
            start=weights,
            steps=steps,
            device=self._device,
        )

    def sources(self) -> Sequence[Source]:
        return self._sources

    @cached_property
    def _sources(self) -> Sequence[Source]:
        """Made once: the law of a library takes seconds."""
        return sources_of(self._campaign, self._environment)

    def later_steps(self) -> int:
        return later_steps(self._campaign.sampler, self._objective)

    def random_samples(self, n: int, seed: int, start: Path | None = None) -> Sequence[Sampled]:
        if self._prior is not None and self._campaign.core is None:
            return samples_of(self._environment, self._prior.draw(n, np.random.default_rng(seed)))
        if start is None and self._network is None:
            return random_samples(self._environment, n, seed)
        return self.flow_trainer(lambda smiles: np.zeros(len(smiles)), seed, start=start).sample(n)

    def load_proxy(self, folder: Path) -> ProxyModel:
        return Proxy.load(folder, self._device)

    def train_proxy(
        self,
        smiles: Sequence[str],
        values: Sequence[float],
        *,
        sides: Sequence[int],
        counts: Sequence[float],
        unit: str,
        direction: Direction,
        seed: int,
        initial: Path | None,
        on_epoch: Callable[[ProxyEpoch], None],
    ) -> ProxyModel:
        return train_proxy(
            smiles,
            values,
            unit=unit,
            direction=direction,
            settings=proxy_settings(self._campaign),
            seed=seed,
            initial=Proxy.load(initial) if initial else None,
            device=self._device,
            name=self._campaign.campaign.name,
            sides=sides,
            counts=counts,
            on_epoch=on_epoch,
        )


def proxy_settings(campaign: Campaign) -> ProxySettings:
    """Return how the proxies of a campaign are trained."""
    section = campaign.proxy
    return ProxySettings(
        model=section.model,
        members=section.members,
        epochs=section.epochs,
        fine_tune_epochs=section.fine_tune_epochs,
    )
