"""The first line of a card: is the proxy better than simpler models, and what to do if it is not?"""

import math

from molgfn.proxy.classical.baselines import FOREST
from molgfn.proxy.evaluation.cross_validation import PROXY
from molgfn.proxy.evaluation.held_out import HeldOutEvaluation

_ADVICE = 'use it: model = "forest" in [settings] of the recipe, or in [proxy] of a campaign file'


def verdict(name: str, evaluation: HeldOutEvaluation) -> str:
    """Compare the models by Spearman on the splits of one kind; if a forest ranks best, advise to use it."""
    scores = {method: _or_least(judged["spearman"].value) for method, judged in evaluation.methods.items()}
    own = scores.pop(PROXY)
    if own == -math.inf:
        return f"{name}: this proxy cannot rank: its predictions are all equal (on {evaluation.split} splits)"
    best = max(scores, key=lambda method: scores[method])
    gain, compared = evaluation.gains[best]["spearman"], _compared(evaluation, best)
    if best == FOREST and scores[best] > own:
        settled = "" if gain.high < 0 else ", but the difference is not significant"
        return f"{name}: a {FOREST} ranks better than this proxy{settled}; {_ADVICE} {compared}"
    if gain.high < 0:
        return f"{name}: {best} is better than this proxy {compared}"
    if gain.low <= 0:
        return f"{name}: not significantly better than {best} {compared}"
    return f"{name}: better than every simpler model {compared}"


def _compared(evaluation: HeldOutEvaluation, other: str) -> str:
    own, beside = (evaluation.methods[method]["spearman"].value for method in (PROXY, other))
    gain = evaluation.gains[other]["spearman"]
    words = f"on {evaluation.split} splits: Spearman {_number(own)}, {other} {_number(beside)}"
    difference = f"; difference {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
    return f"({words}{'' if math.isnan(gain.value) else difference})"


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def _or_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value
