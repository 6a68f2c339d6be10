"""Assay tables: what labs send, read into clean measurements with every row accounted for."""
