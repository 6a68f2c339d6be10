"""The reward of a molecule: acquisition and constraints."""
