"""Laws over molecules: exact, of a policy, and how far apart they are."""
