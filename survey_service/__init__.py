"""Finds out whether social psychiatry does what recovery-oriented rehabilitation asks."""
