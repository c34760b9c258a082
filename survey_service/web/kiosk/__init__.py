"""Shared tablets: a start page for everybody, and nothing left of anybody."""
