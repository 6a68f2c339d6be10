"""Constraints of a molecule besides its score: property windows, alerts, required and forbidden substructures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt

from rdkit import Chem

from molgfn.chem.alerts import find_alerts
from molgfn.chem.properties import property_values

LOG_PRIOR = "log_prior_per_block"
"""The window that depends on the vocabulary, not on the molecule alone."""

TOLERANCES = {
    "mw": 30.0,
    "clogp": 0.5,
    "tpsa": 15.0,
    "hbd": 0.5,
    "hba": 1.0,
    "rotatable_bonds": 1.0,
    "qed": 0.1,
    "sa_score": 0.5,
    "heavy_atoms": 2.0,
    "rings": 1.0,
    "aromatic_rings": 1.0,
    "fraction_csp3": 0.1,
    "stereocentres": 1.0,
    LOG_PRIOR: 0.5,
}
"""How far outside its window a property is clearly worse, in the unit of the property."""

LOG_HALF = -log(2.0)


@dataclass(frozen=True)
class Violation:
    """A constraint that a molecule does not meet, and how."""

    constraint: str
    reason: str


@dataclass(frozen=True)
class Constraints:
    """Property windows, alert catalogs and substructures.

    Attributes
    ----------
    windows : mapping of str to (float, float)
        Lowest and highest allowed value, by name of `Properties`, or `LOG_PRIOR`; inf if there is no limit.
    alerts : sequence of str
        Names of `ALERT_CATALOGS`.
    required, forbidden : sequence of str
        SMARTS.
    log_prior : callable, optional
        Returns the log prior for each block of a SMILES; needed for `LOG_PRIOR`.
    """

    windows: Mapping[str, tuple[float, float]]
    alerts: Sequence[str] = ()
    required: Sequence[str] = ()
    forbidden: Sequence[str] = ()
    log_prior: Callable[[str], float] | None = None

    @cached_property
    def _patterns(self) -> dict[str, Chem.Mol]:
        return {smarts: Chem.MolFromSmarts(smarts) for smarts in (*self.required, *self.forbidden)}

    def log_desirability(self, mol: Chem.Mol) -> float:
        """Return the log of a number in (0, 1]: 1 if all constraints are met, lower for each one that is not.

        Each alert, each forbidden substructure and each missing required one gives a factor of 1/2. A property outside
        its window gives a factor of 2^-sqrt(1 + u^2) at a distance of `u` tolerances: 1/2 at the edge, and about 1/2
        more for each further tolerance.

        Without the step at the edge of a window most molecules would be outside it: with each added block there are
        many times more molecules, and docking scores get better with size.
        """
        values = self._values(mol)
        halvings = 0.0
        for name, (low, high) in self.windows.items():
            if not low <= values[name] <= high:
                outside = max(low - values[name], values[name] - high) / TOLERANCES[name]
                halvings += sqrt(1.0 + outside**2)
        return LOG_HALF * (halvings + len(self._structural(mol)))

    def violations(self, mol: Chem.Mol) -> list[Violation]:
        """Return every constraint that is not met; empty for a molecule that may be proposed."""
        values = self._values(mol)
        return [
            Violation(name, f"{name} {values[name]:.4g} is {'below' if values[name] < low else 'above'} {limit:.4g}")
            for name, (low, high) in self.windows.items()
            if not low <= values[name] <= high
            for limit in [low if values[name] < low else high]
        ] + self._structural(mol)

    def _values(self, mol: Chem.Mol) -> dict[str, float]:
        values = property_values(mol, [name for name in self.windows if name != LOG_PRIOR])
        if self.log_prior is not None and LOG_PRIOR in self.windows:
            values[LOG_PRIOR] = self.log_prior(Chem.MolToSmiles(mol))
        return values

    def _structural(self, mol: Chem.Mol) -> list[Violation]:
        violations = [Violation(alert.split(":")[0], f"alert {alert}") for alert in find_alerts(mol, self.alerts)]
        for smarts in self.required:
            if not mol.HasSubstructMatch(self._patterns[smarts]):
                violations.append(Violation(f"required {smarts}", f"lacks the required {smarts}"))
        for smarts in self.forbidden:
            if mol.HasSubstructMatch(self._patterns[smarts]):
                violations.append(Violation(f"forbidden {smarts}", f"has the forbidden {smarts}"))
        return violations
