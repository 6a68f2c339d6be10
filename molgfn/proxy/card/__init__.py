"""The model card: facts, text, plots and files."""
