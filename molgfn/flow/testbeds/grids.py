"""The flow model of the hypergrid: a simple network on the coordinates."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import one_hot

from molgfn.environments.testbeds.hypergrid import GridPaths, Hypergrid
from molgfn.flow.interfaces import Evaluation, Inflow

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
SLOPE = 0.01
"""Of the leaky rectifier, below 0."""


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
        body: list[nn.Module] = [nn.Linear(n * grid.height, width), nn.LeakyReLU(SLOPE)]
        for _ in range(layers - 1):
            body += [nn.Linear(width, width), nn.LeakyReLU(SLOPE)]
        self.body = nn.Sequential(*body)
        # n moves and the stop; n moves back; the log flow.
        self.head = nn.Linear(width, 2 * n + 2)

    def matrices(self) -> list[nn.Parameter]:
        """Return none: Adam trains everything, as in the published comparisons."""
        return []

    def _heads(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log P_F (S, n + 1), log P_B (S, n) and log flow (S,) at points, shape (S, n)."""
        n, height = self.grid.dimensions, self.grid.height
        out = self.head(self.body(one_hot(points, height).flatten(1).float()))
        forward = out[:, : n + 1].masked_fill(nn.functional.pad(points == height - 1, (0, 1)), -torch.inf)
        # At the origin there is no step back; finite numbers avoid NaN in this row.
        nowhere = (points == 0) & (points.sum(1, keepdim=True) > 0)
        backward = out[:, n + 1 : 2 * n + 1].masked_fill(nowhere, -torch.inf)
        flow = torch.where(points.sum(1) == 0, self.log_z, out[:, -1] + self.flow_offset)
        return torch.log_softmax(forward, 1), torch.log_softmax(backward, 1), flow

    @torch.no_grad()
    def draw(self, n: int, generator: torch.Generator, epsilon: float = 0.0) -> tuple[GridPaths, Tensor]:
        """Walk from the origin; see `FlowModel.draw`."""
        # Numpy for the many small steps, and updates of the first layer, save two thirds of the time.
        grid, size = self.grid, self.grid.dimensions + 1
        layers = self._arrays()
        coordinate, first = np.arange(grid.dimensions) * grid.height, layers[0][0]
        points = np.zeros((n, grid.dimensions), dtype=np.int64)
        sums = np.tile(first[coordinate].sum(0), (n, 1))
        moves = np.full((n, grid.max_moves), -1)
        # The largest of log p plus Gumbel noise is a draw from p; without log p it is a uniform draw.
        noise = -torch.empty(grid.max_moves + 1, n, size).exponential_(generator=generator).log().numpy()
        explore = torch.rand(grid.max_moves + 1, n, 1, generator=generator).numpy() < epsilon
        log_pf, active = np.zeros(n, dtype=np.float32), np.arange(n)
        for step in range(grid.max_moves + 1):
            law = self._forward(layers, sums[active], points[active])
            keys = np.where(explore[step, active] & np.isfinite(law), 0.0, law) + noise[step, active]
            action = keys.argmax(1)
            log_pf[active] += law[np.arange(len(active)), action]
            on = action < grid.dimensions
            active, action = active[on], action[on]
            if not len(active):
                break
            moves[active, step] = action
            before = coordinate[action] + points[active, action]
            points[active, action] += 1
            sums[active] += first[before + 1] - first[before]
        return GridPaths(moves), torch.from_numpy(log_pf)

    def _arrays(self) -> list[tuple[Floats, Floats]]:
        """Return weight (in, out) and bias (out,) of every layer; of the last layer only the moves and the stop."""
        layers = [layer for layer in (*self.body, self.head) if isinstance(layer, nn.Linear)]
        arrays = [(layer.weight.T.cpu().numpy(), layer.bias.cpu().numpy()) for layer in layers]
        size = self.grid.dimensions + 1
        return [*arrays[:-1], (arrays[-1][0][:, :size], arrays[-1][1][:size])]

    def _forward(self, layers: list[tuple[Floats, Floats]], sums: Floats, points: Ints) -> Floats:
        """Return log P_F at points, shape (B, n) -> (B, n + 1), given the sums of columns of the first layer."""
        hidden = sums + layers[0][1]
        for weight, bias in layers[1:]:
            hidden = np.maximum(hidden, SLOPE * hidden) @ weight + bias
        hidden[:, :-1][points == self.grid.height - 1] = -np.inf
        hidden -= hidden.max(1, keepdims=True)
        log_pf: Floats = hidden - np.log(np.exp(hidden).sum(1, keepdims=True))
        return log_pf

    def _visited(self, batch: GridPaths) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return moves (B, T), points (B, T + 1, n), number of moves (B,), and which points belong to the path."""
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
        # The step to a point is stored one place before the point.
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
        """Return the exact law of the policy over `grid.points`, computed from the origin outwards."""
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
