"""Search for molecules with a high score, by changing the trees of good ones."""
