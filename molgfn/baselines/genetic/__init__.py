"""The graph genetic algorithm."""
