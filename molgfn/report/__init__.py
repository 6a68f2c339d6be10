"""The results of a run for people: candidate table, exports, HTML report."""
