"""The kinds of oracle that a campaign file may name: one file for each, and the list of them."""
