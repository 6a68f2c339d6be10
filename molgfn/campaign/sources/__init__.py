"""Where the candidates of a round come from, beside the flow network."""
