"""Error bars, and where predictions hold."""
