"""Optimisers of flow models."""
