"""See that a campaign can run: every file opens and says what it should, before any model is loaded."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from molgfn.campaign.file.sections import Campaign, DockingSection
from molgfn.campaign.models.oracle import open_oracle, receptor_of
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.errors import OracleError
from molgfn.oracles.interfaces import Compound, Failure
from molgfn.progress import Progress, duration

# Celecoxib: 26 heavy atoms and no stereo, so that its time is that of a usual candidate.
CONTROL = "Cc1ccc(-c2cc(C(F)(F)F)nn2-c2ccc(S(N)(=O)=O)cc2)cc1"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked and is right."""

    what: str
    found: str


def check_inputs(campaign: Campaign) -> Iterator[Finding]:
    """Open everything that a campaign reads, models excepted, and yield what is found as it is found.

    Raises
    ------
    ConfigError, DataError, OracleError
        At the first thing that is wrong.
    """
    plan = campaign.campaign
    yield Finding("campaign", f"{plan.name}: {plan.rounds} rounds of {plan.batch_size} molecules")
    yield from _oracle_findings(campaign)
    yield _vocabulary_finding(campaign)
    yield _data_finding(campaign)


def check_campaign(campaign: Campaign, *, dock: bool, progress: Progress) -> Iterator[Finding]:
    """Check the inputs, load the proxy and ask the oracle about one control compound.

    Raises
    ------
    ConfigError, DataError, OracleError
        As `check_inputs`; OracleError also where the control gets no value.
    """
    yield from check_inputs(campaign)
    if campaign.proxy.start is not None:
        from molgfn.proxy.proxy import Proxy  # loads torch, which takes seconds

        proxy = Proxy.load(campaign.proxy.start)
        yield Finding("proxy", f"{proxy.name}: trained on {proxy.n_train} molecules, {proxy.unit}")
    if dock:
        yield _control_finding(campaign, progress)


def _oracle_findings(campaign: Campaign) -> Iterator[Finding]:
    oracle = campaign.oracle
    if not isinstance(oracle, DockingSection):
        yield Finding("oracle", f"Python class {oracle.factory}")
        return
    from molgfn.oracles.docking.oracle import docking_engine  # loads the docking libraries

    receptor = receptor_of(oracle)
    center, size = (" ".join(f"{value:.1f}" for value in vector) for vector in (receptor.center, receptor.size))
    yield Finding("receptor", f"{receptor.name}, box at {center}, size {size} angstrom")
    yield Finding("docking", docking_engine())


def _vocabulary_finding(campaign: Campaign) -> Finding:
    from molgfn.environments.fragments import FragmentEnvironment

    section = campaign.vocabulary
    vocabulary = Vocabulary.load(section.file)
    core = campaign.core.smiles if campaign.core else None
    FragmentEnvironment(vocabulary, min_blocks=section.min_blocks, max_blocks=section.max_blocks, core=core)
    built = f"{section.min_blocks} to {section.max_blocks} a molecule"
    return Finding("vocabulary", f"{section.file.name}: {len(vocabulary)} blocks, {built}")


def _data_finding(campaign: Campaign) -> Finding:
    from molgfn.proxy.data.training_data import read_table

    section = campaign.proxy
    if section.data is None:
        first = "" if section.start else f": {campaign.campaign.initial} random molecules are measured first"
        return Finding("data", f"none{first}")
    table = read_table(section.data, section.value_column)
    unused = [f"{table.n_not_completed} without a value"] if table.n_not_completed else []
    unused += [f"line {row.line}: {row.found}" for row in table.bad_rows]
    left_out = f"; left out: {'; '.join(unused)}" if unused else ""
    return Finding("data", f"{section.data.name}: {table.n_rows} rows, {len(table)} molecules{left_out}")


def _control_finding(campaign: Campaign, progress: Progress) -> Finding:
    oracle = open_oracle(campaign, poses=False)
    try:
        with progress.step("control compound", total=1) as step:
            answer = next(oracle.query([Compound("CONTROL", CONTROL)]), None)
            step.advance()
    finally:
        oracle.close()
    if answer is None or isinstance(answer, Failure):
        why = f"{answer.code}: {answer.message}" if answer else "no answer"
        raise OracleError(f"the control compound {CONTROL} got no value: {why}")
    value = f"{CONTROL}: {answer.value:.2f} {oracle.unit}"
    if not isinstance(campaign.oracle, DockingSection):
        return Finding("control", value)
    workers = campaign.compute.workers or os.cpu_count() or 1
    batch = answer.wall_s * campaign.campaign.batch_size / workers
    return Finding("control", f"{value} in {duration(answer.wall_s)}; a batch takes about {duration(batch)}")
