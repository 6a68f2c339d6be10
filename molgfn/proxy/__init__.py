"""The learned stand-in for the oracle: MPNN-GRU ensemble, training, model card."""
