"""Delimited text files: encodings, rows and line numbers."""
