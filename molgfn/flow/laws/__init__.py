"""Laws (probability distributions) over molecules: exact ones, those of a policy, and their distance."""
