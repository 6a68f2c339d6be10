"""Compound libraries, and the vocabulary of blocks that is made from one."""
