"""The prior: which molecules a library of real compounds makes likely."""
