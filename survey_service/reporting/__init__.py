"""Use cases of the results: load, score, compare, suppress, release."""
