"""What a run leaves for people: candidate table, exports, HTML report."""
