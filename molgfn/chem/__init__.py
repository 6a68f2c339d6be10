"""RDKit at its edge: standardise, cut, join, properties, alerts, similarity, scaffolds."""
