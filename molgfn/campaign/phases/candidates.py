"""The candidates of a round, and the molecules that are rejected, with the reasons."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.campaign.models.interfaces import Sampled
from molgfn.campaign.record.rows import CompoundRow, RejectedRow
from molgfn.campaign.reward.constraints import Constraints
from molgfn.chem.standardise import MoleculeError, parse_smiles, standard_mol
from molgfn.errors import NoCandidateError


def inchikey_of(mol: Chem.Mol) -> str:
    """Return the InChIKey, which identifies a compound; empty if InChI gives none."""
    with BlockLogs():
        key: str = Chem.MolToInchiKey(mol)  # type: ignore[no-untyped-call]
    return key


@dataclass
class Proposals:
    """The candidates of one round, in the order of sampling.

    Parameters
    ----------
    round : int
    wanted : int
        Number of candidates to collect.
    constraints : Constraints
        What a candidate must meet.
    known : mapping of str to CompoundRow
        Compounds of the store by InChIKey. One that was proposed but never sent counts as a candidate again and keeps
        its id; one that was sent is rejected.
    initial : collection of str
        InChIKeys of the initial data and of the lab's tables, which are rejected.
    """

    round: int
    wanted: int
    constraints: Constraints
    known: Mapping[str, CompoundRow]
    initial: frozenset[str]
    accepted: dict[str, Sampled] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    sampled: int = 0
    merged: int = 0
    source: dict[str, str] = field(default_factory=dict)
    """Where each accepted molecule comes from, by InChIKey."""
    _seen: set[str] = field(default_factory=set)
    _broken: Counter[str] = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        return len(self.accepted) >= self.wanted

    def add(self, samples: Iterable[Sampled], source: str, wanted: int | None = None) -> None:
        """Add samples of one source until there are `wanted` candidates, by default all; others are ignored."""
        for sample in samples:
            if self.complete or (wanted is not None and len(self.accepted) >= wanted):
                return
            self.sampled += 1
            if sample.smiles not in self._seen:
                self._seen.add(sample.smiles)
                self._judge(sample, source)

    def new_compounds(self, prefix: str) -> list[CompoundRow]:
        """Return the candidates that the store does not have, with the next free ids.

        Raises
        ------
        NoCandidateError
            If there is no candidate at all; the message counts the constraints that were not met.
        """
        if not self.accepted:
            raise NoCandidateError(
                self._none_found(), "Widen the constraints named above in [objective], then run again."
            )
        new = [(key, sample) for key, sample in self.accepted.items() if key not in self.known]
        return [
            CompoundRow(
                f"{prefix}-{number:06d}", sample.smiles, key, tuple(sample.blocks), self.round, "proposed", None
            )
            for number, (key, sample) in enumerate(new, start=len(self.known) + 1)
        ]

    def _judge(self, sample: Sampled, source: str) -> None:
        try:
            mol = parse_smiles(sample.smiles)
        except MoleculeError as error:
            self._reject(sample, "structure", str(error))
            return
        violations = self.constraints.violations(mol)
        if violations:
            self._broken.update(dict.fromkeys((violation.constraint for violation in violations), 1))
            self.rejected.append(
                RejectedRow(self.round, sample.smiles, "; ".join(violation.reason for violation in violations))
            )
            return
        key = inchikey_of(mol)
        if not key:
            self._reject(sample, "structure", "has no InChIKey")
        elif key in self.accepted:
            self.merged += 1
        elif key in self.initial:
            self._reject(sample, "has a value", "has a value already: in the initial data or a table of the lab")
        elif key in self.known and self.known[key].status != "proposed":
            self._reject(sample, "has a value", f"sent to the oracle before, as {self.known[key].compound_id}")
        else:
            self.accepted[key], self.source[key] = sample, source

    def _reject(self, sample: Sampled, constraint: str, reason: str) -> None:
        self._broken[constraint] += 1
        self.rejected.append(RejectedRow(self.round, sample.smiles, reason))

    def _none_found(self) -> str:
        counts = [f"{count:>7}  {constraint}" for constraint, count in self._broken.most_common()]
        distinct = len(self._seen)
        head = f"round {self.round}: none of {self.sampled} sampled molecules ({distinct} distinct) can be proposed."
        return "\n  ".join([head, "How many of these did not meet which constraint:", *counts])


def inchikeys_of(smiles: Iterable[str]) -> frozenset[str]:
    """Return the InChIKeys of molecules in their standard form, without stereo."""
    return frozenset(inchikey_of(standard_mol(text)) for text in smiles)
