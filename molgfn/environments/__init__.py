"""States, actions and masks as integer arrays."""
