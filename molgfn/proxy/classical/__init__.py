"""Models other than networks: forest, Gaussian process, ridge regression."""
