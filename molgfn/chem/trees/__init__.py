"""Molecules as trees of blocks, and back."""
