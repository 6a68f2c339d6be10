"""Error bars and domain of a proxy."""
