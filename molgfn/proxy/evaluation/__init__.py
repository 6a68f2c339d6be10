"""Evaluation: predictions compared with measured values."""
