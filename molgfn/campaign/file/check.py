"""See that a campaign can run: every file opens and says what it should, and what belongs together agrees."""

import os
from collections.abc import Iterator
from contextlib import closing

from molgfn.campaign.file.finding import Finding
from molgfn.campaign.file.sections import Campaign
from molgfn.campaign.models.oracle import open_oracle
from molgfn.campaign.models.proxy_check import check_proxy_quantity
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.errors import OracleError
from molgfn.oracles.answers import ask
from molgfn.oracles.interfaces import Compound, Failure, Oracle
from molgfn.progress import Progress, duration

# Celecoxib: 26 heavy atoms and no stereo, so that its time is that of a usual candidate.
CONTROL = "Cc1ccc(-c2cc(C(F)(F)F)nn2-c2ccc(S(N)(=O)=O)cc2)cc1"


def check_inputs(campaign: Campaign) -> Iterator[Finding]:
    """Open everything that a campaign reads, models excepted, and yield what is found as it is found.

    Raises
    ------
    ConfigError, DataError, OracleError
        At the first thing that is wrong.
    """
    plan = campaign.campaign
    yield Finding("campaign", f"{plan.name}: {plan.rounds} rounds of {plan.batch_size} molecules")
    yield from campaign.oracle.check()
    yield _vocabulary_finding(campaign)
    yield _data_finding(campaign)


def check_campaign(campaign: Campaign, *, dock: bool, progress: Progress) -> Iterator[Finding]:
    """Check all that a run checks before it starts, and ask the oracle about one control compound.

    Parameters
    ----------
    campaign : Campaign
    dock : bool
        Whether to ask about the control; without it the oracle is opened all the same.
    progress : Progress

    Raises
    ------
    ConfigError, DataError, OracleError
        As `check_inputs`; ConfigError also where oracle, objective and proxy disagree, OracleError where the control
        gets no value.
    """
    yield from check_inputs(campaign)
    with closing(open_oracle(campaign, poses=False)) as oracle:
        best, worst = campaign.objective.best, campaign.objective.worst
        yield Finding("values", f"{oracle.unit}, to {oracle.direction}: {best:g} is full marks, {worst:g} none")
        if campaign.proxy.start is not None:
            from molgfn.proxy.proxy import Proxy  # loads torch, which takes seconds

            proxy = Proxy.load(campaign.proxy.start)
            check_proxy_quantity(campaign, proxy, oracle)
            yield Finding("proxy", f"{proxy.name}: trained on {proxy.n_train} molecules, {proxy.unit}")
        if dock:
            yield _control_finding(campaign, oracle, progress)


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


def _control_finding(campaign: Campaign, oracle: Oracle, progress: Progress) -> Finding:
    title = campaign.oracle.title
    with progress.step("control compound", total=1) as step:
        [answer] = ask(oracle, [Compound("CONTROL", CONTROL)], title)
        step.advance()
    if isinstance(answer, Failure):
        raise OracleError(f"{title}: the control compound {CONTROL} got no value: {answer.code}: {answer.message}")
    value = f"{CONTROL}: {answer.value:.2f} {oracle.unit}"
    if answer.wall_s == 0:
        return Finding("control", value)
    workers = campaign.compute.workers or os.cpu_count() or 1
    batch = answer.wall_s * campaign.campaign.batch_size / workers
    return Finding("control", f"{value} in {duration(answer.wall_s)}; a batch takes about {duration(batch)}")
