"""What a run leaves on disk: the record, its files, and their state."""
