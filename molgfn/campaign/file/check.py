"""See that a campaign can run: every file opens and says what it should, and what belongs together agrees."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from rdkit import Chem

from molgfn.campaign.file.control import CONTROL
from molgfn.campaign.file.fields import ANY
from molgfn.campaign.file.finding import Finding
from molgfn.campaign.file.sections import Campaign
from molgfn.campaign.models.agreement import check_proxy_quantity, unit_of_data
from molgfn.campaign.models.oracle import open_oracle
from molgfn.chem.properties import property_values
from molgfn.chem.standardise import Stereo, parse_smiles
from molgfn.errors import ConfigError, OracleError
from molgfn.oracles.answers import ask
from molgfn.oracles.interfaces import Compound, Failure, Oracle
from molgfn.progress import Progress, duration
from molgfn.routes.stock import Stock

if TYPE_CHECKING:
    from molgfn.campaign.models.rehearsal import Rehearsal


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
    yield from _core_findings(campaign)
    if campaign.routes.stock is not None:
        yield Finding("stock", f"{campaign.routes.stock.name}: {len(Stock(campaign.routes.stock)):,} compounds")
    yield from _data_findings(campaign)


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
        yield Finding("values", f"{oracle.unit}, to {oracle.direction}: {best:g} gets the full reward, {worst:g} none")
        if campaign.proxy.data is not None:
            unit_of_data(campaign, oracle)
        if campaign.proxy.start is not None:
            from molgfn.proxy.proxy import Proxy  # loads torch, which takes seconds

            proxy = Proxy.load(campaign.proxy.start)
            check_proxy_quantity(campaign, proxy, oracle)
            yield Finding(
                "proxy", f"{proxy.name}: trained on {proxy.n_train} molecules, {proxy.unit}{_flat(proxy.info.stereo)}"
            )
        control_s = None
        if dock:
            finding, control_s = _control_finding(campaign, oracle, progress)
            yield finding
        from molgfn.campaign.models.rehearsal import rehearse

        with progress.step("a few steps of training", total=1) as step:
            rehearsal = rehearse(campaign, oracle)
            step.advance()
        yield _constraints_finding(rehearsal)
        yield _time_finding(campaign, rehearsal, control_s)


def _flat(stereo: Stereo) -> str:
    """Return what the user should know of a proxy that sees what designs do not have."""
    return "; it keeps stereoisomers apart, but designs have no configuration" if stereo == "keep" else ""


def _vocabulary_finding(campaign: Campaign) -> Finding:
    from molgfn.campaign.models.environment import environment_of
    from molgfn.prior.prior import counts_for

    section = campaign.vocabulary
    environment = environment_of(campaign)
    built, prior, weight = f"{section.min_blocks} to {section.max_blocks} a molecule", "", campaign.prior.weight
    if weight:
        counted = counts_for(environment.vocabulary, weight).molecules
        prior = f"; prior of weight {weight:g} from {counted:,} molecules"
    return Finding("vocabulary", f"{section.file.name}: {len(environment.vocabulary)} blocks, {built}{prior}")


def _core_findings(campaign: Campaign) -> Iterator[Finding]:
    """Check the limits of the core: molecules only grow, so a property above its limit in the core stays above it."""
    if campaign.core is None:
        return
    mol = Chem.DeleteSubstructs(parse_smiles(campaign.core.smiles), Chem.MolFromSmarts("[#0]"))
    limits = campaign.objective.windows.limits()
    values = property_values(mol, ["mw", "heavy_atoms"])
    for name, value in values.items():
        high = limits.get(name, ANY)[1]
        if value > high:
            raise ConfigError(
                f"[core] smiles = {campaign.core.smiles!r}: {name} of the core alone is {value:.4g}, "
                f"above the {high:.4g} of [objective.windows] {name}",
                "Every molecule contains the core: widen the window, or take a smaller core.",
            )
    yield Finding("core", f"{mol.GetNumHeavyAtoms()} heavy atoms, mw {values['mw']:.4g}")


def _data_findings(campaign: Campaign) -> Iterator[Finding]:
    from molgfn.proxy.data.training_data import read_table

    section = campaign.proxy
    if section.data is None:
        first = "" if section.start else f": {campaign.campaign.initial} random molecules go to the oracle first"
        yield Finding("data", f"none{first}")
        return
    table = read_table(section.data, section.value_column)
    unused = [f"{table.n_not_completed} without a value"] if table.n_not_completed else []
    unused += [f"line {row.line}: {row.found}" for row in table.bad_rows]
    left_out = f"; left out: {'; '.join(unused)}" if unused else ""
    yield Finding("data", f"{section.data.name}: {table.n_rows} rows, {len(table)} molecules{left_out}")
    best, worst = campaign.objective.best, campaign.objective.worst
    low, high = min(best, worst) - abs(best - worst), max(best, worst) + abs(best - worst)
    if len(table) and not ((table.values >= low) & (table.values <= high)).any():
        yield Finding(
            "data",
            f"{section.value_column} runs from {table.values.min():.4g} to {table.values.max():.4g}, far from best = "
            f"{best:g} and worst = {worst:g} of [objective]: is it in the unit of the oracle?",
            "note",
        )


def _control_finding(campaign: Campaign, oracle: Oracle, progress: Progress) -> tuple[Finding, float]:
    """Ask about the control; return what came of it, and the seconds that one compound takes."""
    title = campaign.oracle.title
    started = time.monotonic()
    with progress.step("control compound", total=1) as step:
        [answer] = ask(oracle, [Compound("CONTROL", CONTROL)], title)
        step.advance()
    if isinstance(answer, Failure):
        raise OracleError(f"{title}: the control compound {CONTROL} got no value: {answer.code}: {answer.message}")
    seconds = answer.wall_s or time.monotonic() - started
    return Finding("control", f"{CONTROL}: {answer.value:.2f} {oracle.unit} in {duration(seconds)}"), seconds


def _constraints_finding(rehearsal: "Rehearsal") -> Finding:
    kind = "molecules of the library's law" if rehearsal.of_law else "random molecules"
    met = f"{rehearsal.meeting:,} of {rehearsal.sampled:,} {kind} meet all constraints"
    if rehearsal.of_law:
        shares = [f"{name} {count / rehearsal.sampled:.1%}" for name, count in rehearsal.broken.most_common()]
        met += f"; rejected by {', '.join(shares)}" if shares else ""
    if rehearsal.meeting:
        return Finding("objective", met)
    broken = ", ".join(f"{name} ({count})" for name, count in rehearsal.broken.most_common(3))
    return Finding("objective", f"{met}; most often broken: {broken}. There may be few candidates, or none", "note")


def _time_finding(campaign: Campaign, rehearsal: "Rehearsal", control_s: float | None) -> Finding:
    plan, section = campaign.campaign, campaign.proxy
    training_s, candidates_s = rehearsal.training_s(campaign), rehearsal.collecting_s(campaign)
    training = f"training {duration(training_s)}, finding candidates {duration(candidates_s)}"
    if control_s is None:
        return Finding("time", f"{training}, the oracle not included. An estimate, from a few steps on this machine")
    workers = (campaign.compute.workers or os.cpu_count() or 1) if campaign.oracle.side_by_side else 1
    random_first = section.start is None and section.data is None
    compounds = plan.rounds * plan.batch_size + (plan.initial if random_first else 0)
    oracle_s = control_s * rehearsal.structures * compounds / workers
    querying = f"{compounds} compounds {duration(oracle_s)} ({workers} at once)"
    total = duration(oracle_s + training_s + candidates_s)
    return Finding("time", f"about {total}: {querying}, {training}. An estimate, from the control and a few steps")
