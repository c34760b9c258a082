"""Background work; in-process."""
