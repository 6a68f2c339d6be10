"""The one right flow of a space that can be listed, along any trajectories in it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.trajectories import evaluate
from molgfn.flow.interfaces import Evaluation
from molgfn.flow.laws.enumeration import Space
from tests.flow.rewards import log_qed4


@dataclass
class ExactFlows:
    """Log flow of each state by its code, with uniform P_B and R = QED^4."""

    environment: FragmentEnvironment
    log_flow: dict[int, float]
    log_z: float

    @classmethod
    def of(cls, space: Space) -> "ExactFlows":
        """Add up flows from the rewards back to the start, level by level."""
        environment = space.environment
        flows: dict[int, float] = {}
        following: np.ndarray = np.zeros(0)
        for number in reversed(range(len(space.levels))):
            level = space.levels[number]
            reward = np.exp(log_qed4(level.smiles) - level.log_multiplicity)
            flow = np.where(environment.may_stop(level.states), reward, 0.0)
            if len(level.child):
                stems = environment.open_stems(level.states)
                actions = stems.count[level.stem] * environment.tables.class_size[level.kind]
                back = 1 / environment.leaves(space.levels[number + 1].states).sum(axis=1)
                np.add.at(flow, stems.state[level.stem], actions * (following * back)[level.child])
            for row, value in enumerate(flow.tolist()):
                flows[environment.codes.identity(environment.tree(level.states, row)).code] = float(np.log(value))
            following = flow
        return cls(environment, flows, float(np.log(following.sum())))

    def of_state(self, states: States, row: int, size: int) -> float:
        tree = self.environment.tree(states.take(np.array([row])).cut_to(np.array([size])), 0)
        return self.log_flow[self.environment.codes.identity(tree).code]

    def log_target(self, states: States) -> Tensor:
        values = []
        for row in range(len(states)):
            tree = self.environment.tree(states, row)
            multiplicity = self.environment.log_build_multiplicity(
                tree, self.environment.codes.identity(tree).automorphisms
            )
            values.append(float(log_qed4([self.environment.smiles(tree)])[0]) - multiplicity)
        return torch.tensor(values, dtype=torch.float64)

    def along(self, states: States) -> Evaluation:
        """What a perfect network would give for these trajectories."""
        blank = evaluate(FlowNetwork(self.environment, 8, 1), states, False)
        log_pb = blank.log_pb.detach().double()
        log_pf, log_flow = torch.zeros_like(log_pb), torch.zeros_like(log_pb)
        target = self.log_target(states)
        for row in range(len(states)):
            size, steps = int(states.length[row]), int(blank.length[row])
            flow = [self.log_z, *(self.of_state(states, row, k) for k in range(1, size + 1))]
            log_flow[row, :steps] = torch.tensor(flow[:steps], dtype=torch.float64)
            for step in range(size):
                log_pf[row, step] = flow[step + 1] + log_pb[row, step] - flow[step]
            if steps > size:
                log_pf[row, size] = target[row] - flow[-1]
        return Evaluation(log_pf, log_pb, log_flow, blank.length)
