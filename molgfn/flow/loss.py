"""The loss of a training step, for an objective given by name."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import huber_loss

from molgfn.flow.interfaces import AnyBatch, Evaluation, FlowEvaluator
from molgfn.flow.objectives.detailed_balance import detailed_balance
from molgfn.flow.objectives.flow_matching import flow_matching
from molgfn.flow.objectives.subtrajectory_balance import subtrajectory_balance
from molgfn.flow.objectives.trajectory_balance import trajectory_balance

ObjectiveName = Literal["TB", "DB", "SubTB", "FM"]
BackwardName = Literal["uniform", "learned", "likelihood"]
PenaltyName = Literal["squared", "huber"]


def objective_loss(
    model: FlowEvaluator[AnyBatch],
    batch: AnyBatch,
    log_target: Tensor,
    objective: ObjectiveName,
    backward: BackwardName,
    penalty: PenaltyName,
    subtb_lambda: float,
) -> Tensor:
    """Return the mean penalty of the residuals of an objective on some trajectories.

    With the backward policy "likelihood", P_B is trained to give the drawn trajectories a high probability (Gritsaev et
    al. 2024, trajectory likelihood maximisation). The loss of the forward policy then treats P_B as a constant.
    """
    if objective == "FM":
        flows = model.inflow(batch)
        inside = _penalty(flow_matching(flows.log_flow, flows.log_edge, flows.edge_state), penalty)
        # If every trajectory has one step only, there is no state between start and end, and nothing to match.
        return inside.sum() / max(len(inside), 1) + _penalty(flows.log_end - log_target, penalty).mean()
    along = model.evaluate(batch, backward != "uniform")
    log_pb = along.log_pb.detach() if backward == "likelihood" else along.log_pb
    loss = _balance_loss(along, log_pb, log_target, objective, penalty, subtb_lambda)
    return loss - along.log_pb.sum(1).mean() if backward == "likelihood" else loss


def _balance_loss(
    along: Evaluation,
    log_pb: Tensor,
    log_target: Tensor,
    objective: ObjectiveName,
    penalty: PenaltyName,
    subtb_lambda: float,
) -> Tensor:
    match objective:
        case "DB":
            residual = detailed_balance(along.log_flow, along.log_pf, log_pb, log_target, along.length)
            return _penalty(residual, penalty).sum() / along.length.sum()
        case "SubTB":
            residual, weight = subtrajectory_balance(
                along.log_flow, along.log_pf, log_pb, log_target, along.length, subtb_lambda
            )
            return (_penalty(residual, penalty) * weight).sum((1, 2)).mean()
        case _:
            return _penalty(trajectory_balance(along.log_flow[:, 0], along.log_pf, log_pb, log_target), penalty).mean()


def _penalty(residual: Tensor, penalty: PenaltyName) -> Tensor:
    if penalty == "squared":
        return residual.square()
    return 2 * huber_loss(residual, torch.zeros_like(residual), reduction="none")
