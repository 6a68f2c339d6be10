"""What a proxy learns from."""
