"""Flow models of spaces whose law is known: hypergrids and bit sequences."""
