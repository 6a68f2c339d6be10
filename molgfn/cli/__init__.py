"""The command line: each command parses, calls one function and prints."""

from molgfn.cli.entry import app, main

__all__ = ["app", "main"]
