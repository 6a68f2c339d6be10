"""Values that a lab measured: what they train, and what they judge."""
