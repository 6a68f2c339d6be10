"""Oracles answer what a compound is worth: docking, and what else a campaign can ask."""
