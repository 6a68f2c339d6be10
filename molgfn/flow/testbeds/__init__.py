"""Flow models of spaces with a known law: hypergrids and bit sequences."""
