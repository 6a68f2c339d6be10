"""Environments without molecules, on which the methods are tested."""
