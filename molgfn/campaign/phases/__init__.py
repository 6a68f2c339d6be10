"""The phases of a round: propose, select, query, learn."""
