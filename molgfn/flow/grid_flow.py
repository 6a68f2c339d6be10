"""The flow model of the hypergrid: a plain network on the coordinates."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import one_hot

from molgfn.environments.hypergrid import GridPaths, Hypergrid
from molgfn.flow.model import Evaluation, Inflow

Ints = NDArray[np.int64]


class GridFlow(nn.Module):
    """A `FlowModel` on the hypergrid.

    Parameters
    ----------
    grid : Hypergrid
    width, layers : int
        Of the network.
    """

    batch_type = GridPaths

    def __init__(self, grid: Hypergrid, width: int = 256, layers: int = 2) -> None:
        super().__init__()
        n = grid.dimensions
        self.grid = grid
        self.log_z = nn.Parameter(torch.zeros(()))
        self.register_buffer("flow_offset", torch.zeros(()))
        self.flow_offset: Tensor
        body: list[nn.Module] = [nn.Linear(n * grid.height, width), nn.LeakyReLU()]
        for _ in range(layers - 1):
            body += [nn.Linear(width, width), nn.LeakyReLU()]
        self.body = nn.Sequential(*body)
        # n moves and the stop; n moves back; the log flow.
        self.head = nn.Linear(width, 2 * n + 2)

    def _heads(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log P_F (S, n + 1), log P_B (S, n) and log flow (S,) at points, shape (S, n)."""
        n, height = self.grid.dimensions, self.grid.height
        out = self.head(self.body(one_hot(points, height).flatten(1).float()))
        forward = out[:, : n + 1].masked_fill(nn.functional.pad(points == height - 1, (0, 1)), -torch.inf)
        # At the origin there is no way back; a finite number keeps the row harmless.
        nowhere = (points == 0) & (points.sum(1, keepdim=True) > 0)
        backward = out[:, n + 1 : 2 * n + 1].masked_fill(nowhere, -torch.inf)
        flow = torch.where(points.sum(1) == 0, self.log_z, out[:, -1] + self.flow_offset)
        return torch.log_softmax(forward, 1), torch.log_softmax(backward, 1), flow

    @torch.no_grad()
    def draw(self, n: int, generator: torch.Generator, epsilon: float = 0.0) -> tuple[GridPaths, Tensor]:
        """Walk from the origin; see `FlowModel.draw`."""
        device = self.log_z.device
        points = torch.zeros(n, self.grid.dimensions, dtype=torch.int64)
        moves = torch.full((n, self.grid.max_moves), -1, dtype=torch.int64)
        log_pf, active = torch.zeros(n), torch.arange(n)
        for step in range(self.grid.max_moves + 1):
            law = self._heads(points[active].to(device))[0].cpu()
            even = torch.isfinite(law).float()
            explore = torch.rand(len(active), 1, generator=generator) < epsilon
            action = torch.multinomial(torch.where(explore, even, law.exp()), 1, generator=generator).squeeze(1)
            log_pf[active] += law.gather(1, action[:, None]).squeeze(1)
            on = action < self.grid.dimensions
            active, action = active[on], action[on]
            if not len(active):
                break
            moves[active, step] = action
            points[active, action] += 1
        return GridPaths(moves.numpy()), log_pf

    def _visited(self, batch: GridPaths) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return moves (B, T), points on the way (B, T + 1, n), number of moves (B,), and which points are real."""
        moves = torch.from_numpy(batch.moves).to(self.log_z.device)
        taken = one_hot(moves.clamp(min=0), self.grid.dimensions) * (moves >= 0)[..., None]
        points = torch.cat([torch.zeros_like(taken[:, :1]), taken.cumsum(1)], 1)
        length = (moves >= 0).sum(1)
        real = torch.arange(points.shape[1], device=moves.device) <= length[:, None]
        return moves, points, length, real

    def evaluate(self, batch: GridPaths, learned_backward: bool) -> Evaluation:
        """See `FlowModel.evaluate`."""
        moves, points, length, real = self._visited(batch)
        n = self.grid.dimensions
        forward, backward, flow = self._heads(points[real])
        blank = torch.zeros(real.shape, device=moves.device)
        log_flow = blank.masked_scatter(real, flow)
        action = torch.cat([moves, torch.full_like(moves[:, :1], -1)], 1)
        action = torch.where(action < 0, n, action)[real]
        log_pf = blank.masked_scatter(real, forward.gather(1, action[:, None]).squeeze(1))
        came = real.clone()
        came[:, 0] = False
        if learned_backward:
            rows = came[real]
            values = backward[rows].gather(1, moves[moves >= 0][:, None]).squeeze(1)
        else:
            values = -(points[came] > 0).sum(1).float().log()
        back = blank.masked_scatter(came, values)
        # The step that leads to a point stands one place before it.
        log_pb = torch.cat([back[:, 1:], blank[:, :1]], 1)
        return Evaluation(log_pf, log_pb, log_flow, length + 1)

    def inflow(self, batch: GridPaths) -> Inflow:
        """See `FlowModel.inflow`."""
        _, points, length, real = self._visited(batch)
        n = self.grid.dimensions
        states = points[real]
        child, axis = torch.nonzero(states, as_tuple=True)
        parents = states[child] - one_hot(axis, n)
        forward, _, flow = self._heads(torch.cat([states, parents]))
        count = len(states)
        log_edge = flow[count:] + forward[count:].gather(1, axis[:, None]).squeeze(1)
        moved = states.sum(1) > 0
        number = moved.cumsum(0) - 1
        ends = (length.cumsum(0) + torch.arange(len(length), device=length.device)).long()
        return Inflow(flow[:count][moved], log_edge, number[child], flow[ends] + forward[ends, n])

    @torch.no_grad()
    def law(self) -> NDArray[np.float64]:
        """Return the exact law of the policy over `grid.points`, by pushing its probability through the grid."""
        grid = self.grid
        points = torch.from_numpy(grid.points).to(self.log_z.device)
        step = self._heads(points)[0].double().exp().cpu().numpy()
        mass = np.zeros(len(points))
        mass[0] = 1.0
        distance = grid.points.sum(axis=1)
        for far in range(grid.max_moves):
            here = np.flatnonzero(distance == far)
            for axis in range(grid.dimensions):
                rows = here[grid.points[here, axis] < grid.height - 1]
                reached = grid.points[rows].copy()
                reached[:, axis] += 1
                np.add.at(mass, grid.number(reached), mass[rows] * step[rows, axis])
        law: NDArray[np.float64] = mass * step[:, -1]
        return law
