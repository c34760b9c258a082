"""Pure: what is measured, and what the numbers say."""
