"""Compound libraries: reading them, and the vocabulary of blocks made from one."""
