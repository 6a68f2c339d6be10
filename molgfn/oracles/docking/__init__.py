"""Docking with AutoDock Vina."""
