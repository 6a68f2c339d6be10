"""The outer loop: config, objective, selection, store, resume."""
