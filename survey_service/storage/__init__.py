"""Tables, queries, keys and encryption: the only place that knows SQL."""
