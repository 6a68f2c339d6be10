"""The control compound: what an oracle is asked about before a campaign."""

from contextlib import closing

from molgfn.oracles.answers import ask
from molgfn.oracles.docking.receptors import Receptor
from molgfn.oracles.interfaces import Compound, Measurement
from molgfn.oracles.workers import local_processes

# Celecoxib: 26 heavy atoms and no stereo, so that its time is that of a usual candidate.
CONTROL = "Cc1ccc(-c2cc(C(F)(F)F)nn2-c2ccc(S(N)(=O)=O)cc2)cc1"


def docked_control(receptor: Receptor) -> float | None:
    """Dock the control and return its score in kcal/mol; none where it cannot be docked there.

    Raises
    ------
    OracleError
        If there is no Vina.
    """
    from molgfn.oracles.docking.oracle import DockingOracle, DockingSettings  # loads the docking libraries

    with closing(DockingOracle(receptor, DockingSettings(), local_processes(1), poses=False)) as oracle:
        [answer] = ask(oracle, [Compound("CONTROL", CONTROL)])
    return answer.value if isinstance(answer, Measurement) else None
