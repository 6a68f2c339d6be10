"""Whether a later round gains from the flow network of the round before.

    python benchmarks/later_rounds.py --seeds 0 1 2 > results.jsonl

Reward, windows and settings are those of the PARP1 demo. A first round is trained from the network of the prior. Ten of
its candidates get the values that the proxy predicts, with noise; the proxy is trained on them, and the second round is
trained on its reward: from the network of the prior with all steps, and from the network of the first round with half
of them. Prints one line of JSON each: the mean log reward of molecules that the network draws, and the effective number
among the molecules from which candidates are kept. No oracle is asked.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
import torch
from made_with import COMMIT
from prior_start import demo_environment, demo_reward
from rdkit import RDLogger

from molgfn.bundled import bundled
from molgfn.campaign.file.network_file import network_of
from molgfn.campaign.file.sections import CampaignSection, PriorSection, SamplerSection
from molgfn.campaign.models.flow import LIKELIHOOD, flow_settings, later_steps
from molgfn.flow.fragments.likelihood_trainer import LikelihoodTrainer
from molgfn.flow.fragments.weights import Weights
from molgfn.prior.prior import LibraryPrior
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy

CANDIDATES, COMPOUNDS = CampaignSection.model_fields["proposals"].default, 10
NOISE = 0.8
"""Standard deviation of a docking score about the prediction, in kcal/mol."""


def trained(proxy: Proxy, start: Weights, seed: int, steps: int) -> tuple[LikelihoodTrainer, float]:
    """Train a flow network, and return it with the CPU seconds that it took."""
    environment = demo_environment(bundled("data", "vocabulary.json"))
    settings = flow_settings(SamplerSection(steps=steps), LIKELIHOOD, in_policy=True, started=True)
    prior = LibraryPrior(environment)
    trainer = LikelihoodTrainer(environment, demo_reward(proxy), settings, seed, prior=prior, start=start)
    started = time.process_time()
    trainer.train(steps)
    return trainer, time.process_time() - started


def measured(trainer: LikelihoodTrainer) -> dict[str, float]:
    drawn = trainer.weighted_draws(CANDIDATES * PriorSection().draws)
    weight = np.exp(drawn.log_weight - drawn.log_weight.max())
    log_reward = np.array([one.log_reward for one in drawn.scored[: drawn.from_policy]])
    return {
        "mean_log_reward": round(float(log_reward.mean()), 3),
        "median_log_reward": round(float(np.median(log_reward)), 3),
        "effective": round(float(weight.sum() ** 2 / np.square(weight).sum()), 1),
    }


def next_proxy(proxy: Proxy, trainer: LikelihoodTrainer, seed: int) -> Proxy:
    """Return the proxy trained on ten candidates."""
    drawn = trainer.resample(CANDIDATES, PriorSection().draws)
    smiles = list(dict.fromkeys(sample.smiles for sample in drawn))[:COMPOUNDS]
    noise = np.random.default_rng(seed).normal(0, NOISE, len(smiles))
    return train_proxy(
        smiles,
        (proxy.predict(smiles).mean + noise).tolist(),
        unit=proxy.unit,
        direction=proxy.direction,
        settings=ProxySettings(),
        seed=seed,
        initial=proxy,
        name="second round",
        sides=[0] * len(smiles),
        counts=[1.0] * len(smiles),
        on_epoch=lambda _: None,
    )


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=100, help="of a round that starts from the network of the prior")
    arguments = parser.parse_args(words)
    RDLogger.DisableLog("rdApp.*")
    torch.set_num_threads(1)
    weights = Weights.load(network_of(bundled("data", "vocabulary.json")))
    proxy = Proxy.load(bundled("proxy", "parp1-docking"))
    made = {"commit": COMMIT, "torch": torch.__version__, "rdkit": version("rdkit")}
    fewer = later_steps(SamplerSection(steps=arguments.steps), LIKELIHOOD)
    for seed in arguments.seeds:
        first, _ = trained(proxy, weights, seed, arguments.steps)
        second_proxy = next_proxy(proxy, first, seed)
        starts = {
            "network of the prior": (weights, arguments.steps),
            "network of the round before": (Weights.of(first.network, weights.facts), fewer),
        }
        for name, (start, steps) in starts.items():
            second, seconds = trained(second_proxy, start, seed + 100, steps)
            row = {"seed": seed, "start": name, "steps": steps, "cpu_s": round(seconds, 1)}
            print(json.dumps(row | measured(second) | made), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
